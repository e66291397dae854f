namespace Sa2VA.Cluster.Checkpoints;

/// <summary>Names that become files: one that could lead out of its folder is a fault of the caller.</summary>
internal static class CheckpointName
{
    /// <summary>The name itself.</summary>
    /// <exception cref="ArgumentException">It is no plain file name.</exception>
    public static string Check(string name)
        => name.Length is > 0 and <= 128 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new ArgumentException($"'{name}' is no name for a checkpoint: it takes 1 to 128 letters, digits, '-', '_' and '.', and begins with no dot.", nameof(name));
}
