namespace Sa2VA.Media;

/// <summary>
/// What an input may cost before it is refused. The defaults take any camera's or phone's file on a laptop; a service that reads
/// strangers' uploads should lower them.
/// </summary>
public sealed record MediaLimits
{
    /// <summary>The defaults.</summary>
    public static MediaLimits Default { get; } = new();

    /// <summary>Largest file, bytes. Default 64 GiB.</summary>
    public long MaxFileBytes { get; init; } = 64L << 30;

    /// <summary>Largest single picture of a folder of frames, bytes; it is held in memory. Default 256 MiB.</summary>
    public long MaxPictureBytes { get; init; } = 256L << 20;

    /// <summary>Most pixels in a frame. Default 8192 x 4352 (8K, with room for a coded size that is a multiple of 64).</summary>
    public long MaxPixels { get; init; } = 8192L * 4352;

    /// <summary>Longest video. Default 24 hours.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most frames. Default 10 million (46 hours at 60 frames a second).</summary>
    public long MaxFrames { get; init; } = 10_000_000;

    /// <summary>Time for ffprobe to read headers. Default 60 seconds.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for ffprobe to list every packet or, where packets do not tell, every frame. Default 1 hour.</summary>
    public TimeSpan IndexTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest wait for one frame, or for ffmpeg to take one. Default 2 minutes (a seek may decode a long group of pictures).</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How much of a tool's error output is kept, characters. Default 16,384, the end of it.</summary>
    public int MaxErrorOutput { get; init; } = 16_384;

    /// <summary>Largest single allocation inside ffmpeg and ffprobe, bytes. Default 1 GiB.</summary>
    public long MaxToolAllocation { get; init; } = 1L << 30;

    /// <summary>Threads per decoder or encoder process. Default 2.</summary>
    public int ToolThreads { get; init; } = 2;
}
