namespace Sa2VA.Cli.Output;

/// <summary>The folder of the results. Files appear in it whole: they are written beside their name and renamed.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder and finds out now, not after hours, whether it can be written.</summary>
    public static void Prepare(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, ".writable");
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"The output folder '{folder}' cannot be written: {e.Message} Name another one with --out.", e);
        }
    }

    /// <summary>Writes a file under a temporary name and renames it.</summary>
    public static void Write(string path, Action<Stream> content)
    {
        var partial = path + ".partial";
        using (var file = File.Create(partial))
            content(file);
        File.Move(partial, path, overwrite: true);
    }
}
