namespace Sa2VA.Datasets;

/// <summary>
/// Reads data out of Python's pickles, protocols 0 to 5, and nothing but data: no code runs, no type is looked up, and a pickle that names
/// any function or class outside a short list (<see cref="PickleGlobals"/>) is refused with that name.
/// </summary>
/// <remarks>
/// What comes out: None is null; bool, int (<see cref="long"/>, or <see cref="System.Numerics.BigInteger"/> where it must be), float
/// (<see cref="double"/>) and str are themselves, and so is a str of Python 2, taken as Latin-1; bytes and bytearray are byte arrays;
/// list is <see cref="List{T}"/> and tuple an array of objects; dict is <see cref="PickleDict"/>; set is <see cref="HashSet{T}"/>; scalars of
/// NumPy are the plain value and arrays <see cref="PickleArray"/>. A container may hold itself, as in Python.
/// </remarks>
internal static class PickleReader
{
    /// <summary>Reads the first object of a pickle.</summary>
    /// <exception cref="PickleException">The only exception for whatever the bytes hold.</exception>
    public static object? Read(byte[] bytes, PickleLimits? limits = null) => new PickleMachine(bytes, limits ?? PickleLimits.Default).Run();

    /// <summary>Reads a file.</summary>
    /// <exception cref="DatasetException">It is missing, too large, or no pickle of plain data; the message names it.</exception>
    public static object? ReadFile(string path, PickleLimits? limits = null)
    {
        limits ??= PickleLimits.Default;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > Math.Min(limits.MaxBytes, Array.MaxLength))
                throw new DatasetException($"'{path}' has {length:N0} bytes; pickles of at most {limits.MaxBytes:N0} are read.");
            return Read(File.ReadAllBytes(path), limits);
        }
        catch (PickleException e)
        {
            throw new DatasetException($"'{path}' cannot be read as a pickle of plain data: {e.Message}. Download it again; if it is whole, it needs Python to read.", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetException($"There is no file '{path}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
