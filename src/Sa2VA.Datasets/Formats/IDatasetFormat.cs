namespace Sa2VA.Datasets;

/// <summary>One way in which datasets lie on disk.</summary>
internal interface IDatasetFormat
{
    /// <summary>What people call it on the command line.</summary>
    string Name { get; }

    /// <summary>The files by which it is recognised, for people.</summary>
    string Signature { get; }

    /// <summary>Whether the folder holds those files. Contents are not looked at.</summary>
    bool Recognises(string folder);

    /// <summary>Reads the expressions of a split.</summary>
    /// <param name="folder">Full path without a separator at its end.</param>
    /// <param name="split">Null when the dataset is to choose, which it can when there is only one.</param>
    IReferringDataset Open(string folder, string? split);
}
