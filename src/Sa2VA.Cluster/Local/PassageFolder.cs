namespace Sa2VA.Cluster.Local;

/// <summary>Folders that others may pass through, as PostgreSQL's user has to when we are root, but not look around in.</summary>
public static class PassageFolder
{
    /// <summary>Makes a folder that is not there; the mode of one that is there is its owner's choice.</summary>
    /// <exception cref="LocalServerException">It cannot be made.</exception>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        const UnixFileMode passage = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, passage);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new LocalServerException($"The folder '{folder}' cannot be made: {failure.Message} Choose another folder.", failure);
        }
    }
}
