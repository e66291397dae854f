namespace Sa2VA.Cluster.Local;

/// <summary>Sees to it that one command at a time starts or stops what is in a folder.</summary>
public static class FolderLock
{
    /// <summary>Takes the lock until it is disposed, or until the process ends, however it ends.</summary>
    /// <param name="folder">Must be there.</param>
    /// <param name="what">For messages: what is in it.</param>
    /// <exception cref="LocalServerException">Another command has it, or the folder is not ours.</exception>
    public static IDisposable Take(string folder, string what)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new LocalServerException($"The {what} in '{folder}' is being started or stopped by another command. Wait until that has ended.", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new LocalServerException($"The {what} in '{folder}' belongs to another user. Use the account that started it, or another folder.", failure);
        }
    }
}
