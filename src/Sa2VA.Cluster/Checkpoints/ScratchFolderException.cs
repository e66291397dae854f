namespace Sa2VA.Cluster.Checkpoints;

/// <summary>A file on its way cannot be kept on this machine, whatever the servers say. Another machine may be able to; the message names the setting.</summary>
public sealed class ScratchFolderException(string message, Exception inner) : IOException(message, inner);
