namespace Sa2VA.Cluster.Telemetry;

/// <summary>The parts of a video's work that take its frames one after the other. Their names, in small letters, are tags.</summary>
public enum WorkStage
{
    /// <summary>Reads a frame from the file and brings it to the model's size.</summary>
    Decode,

    /// <summary>Looks at the key frames, all at once, to answer the questions.</summary>
    Ground,

    /// <summary>Encodes a frame, once for all objects.</summary>
    Encode,

    /// <summary>Finds all objects in a frame.</summary>
    Track,

    /// <summary>Encodes a frame's masks, and stores the block that they fill.</summary>
    Write,
}
