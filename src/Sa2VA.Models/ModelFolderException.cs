namespace Sa2VA.Models;

/// <summary>
/// A model folder cannot be used: a file is missing, damaged, of another kind, or does not fit the others. The message names the
/// file and the field or tensor, what was found and what was expected. Retrying does not help; the folder has to change.
/// </summary>
public sealed class ModelFolderException : Exception
{
    public ModelFolderException()
    {
    }

    public ModelFolderException(string message)
        : base(message)
    {
    }

    public ModelFolderException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
