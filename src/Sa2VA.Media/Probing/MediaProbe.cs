using System.Text;
using System.Text.Json;

namespace Sa2VA.Media;

/// <summary>Finds out what a video is before anything is decoded, and refuses what cannot be used with a reason.</summary>
public static class MediaProbe
{
    private const int MaxHeaderCharacters = 4 << 20;

    /// <summary>
    /// Probes a local video file. Reads the whole file once (its packets; nothing is decoded unless they do not tell which frames come
    /// out), because the exact number of frames and their timestamps are needed. A folder of JPEG or PNG pictures is a video too, of 24
    /// frames a second in the order of their names, and a single picture is one of one frame: of these only headers are read.
    /// </summary>
    /// <exception cref="MediaException">The file cannot be used; <see cref="MediaException.Kind"/> says why.</exception>
    public static async Task<VideoInfo> ProbeAsync(string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (PictureSequence.Find(path, limits) is { } pictures)
            return Checked(pictures.Probe(limits, cancellationToken), limits);
        InputGuard.Check(path, limits);
        var stream = await ReadHeaderAsync(path, limits, cancellationToken);
        CheckStream(path, stream, limits);
        var orientation = stream.Matrix is { } matrix ? DisplayMatrix.Parse(path, matrix) : DisplayMatrix.Identity;

        var (frames, truncated) = await FrameTableReader.ReadAsync(path, stream, limits, cancellationToken);
        if (frames.Count == 0)
        {
            throw truncated
                ? new MediaException(MediaErrorKind.Truncated, $"'{path}' is cut off before its first whole frame. Copy or download it again.")
                : new MediaException(MediaErrorKind.Empty, $"'{path}' has a video stream ({stream.Codec}) without a single frame in it.");
        }

        // At a steady rate the mean step is free of the time base's rounding (Matroska counts milliseconds).
        var variable = frames.IsVariable();
        var span = (frames.Pts(frames.Count - 1) - frames.Pts(0)) * stream.TimeBase.Value;
        var step = variable ? frames.MedianStep() * stream.TimeBase.Value : span / Math.Max(1, frames.Count - 1);
        var rate = step > 0 ? 1 / step : stream.AverageRate.IsKnown ? stream.AverageRate.Value : 25;
        var duration = span + 1 / rate;
        CheckDuration(path, duration, limits);
        var (width, height) = orientation.SwapsSides ? (stream.Height, stream.Width) : (stream.Width, stream.Height);
        return new VideoInfo(path, width, height, orientation.Rotation, duration, frames.Count, stream.AverageRate, stream.TimeBase,
            stream.Codec, stream.PixelFormat, stream.Container)
        {
            Frames = frames,
            StreamIndex = stream.Index,
            IsVariableRate = variable,
            IsInterlaced = stream.IsInterlaced,
            HasAlpha = stream.HasAlpha,
            IsTruncated = truncated,
            NominalRate = Math.Clamp(rate, 1, 120),
            OrientationFilters = orientation.Filters,
        };
    }

    private static VideoInfo Checked(VideoInfo info, MediaLimits limits)
    {
        CheckDuration(info.Path, info.Duration, limits);
        return info;
    }

    private static async Task<StreamHeader> ReadHeaderAsync(string path, MediaLimits limits, CancellationToken cancellationToken)
    {
        var json = new StringBuilder();
        var (exitCode, errors) = await Ffprobe.RunAsync(path, ["-show_streams", "-show_format", "-of", "json"], line =>
        {
            if (json.Length + line.Length > MaxHeaderCharacters)
                throw new MediaException(MediaErrorKind.LimitExceeded, $"'{path}' describes more streams than a video can need.");
            json.Append(line).Append('\n');
        }, limits.ProbeTimeout, limits, cancellationToken);
        if (exitCode != 0)
            throw Refusal(path, errors, limits);

        using var document = JsonDocument.Parse(json.ToString());
        return StreamHeader.Choose(document.RootElement, out var streams)
            ?? throw new MediaException(MediaErrorKind.NoVideoStream, $"'{path}' has no video stream; it holds {streams}.");
    }

    private static MediaException Refusal(string path, ErrorTail errors, MediaLimits limits)
    {
        if (errors.Contains("Picture size", "max_pixels"))
            return TooManyPixels(path, "with too many pixels", limits);
        if (errors.Contains("ended prematurely", "truncat") || (errors.Contains("moov atom not found") && InputGuard.IsMp4(path)))
        {
            return new(MediaErrorKind.Truncated,
                $"'{path}' is cut off: the part that says where its frames are is missing. Copy or download it again, or finish the recording.");
        }

        if (errors.Contains("not on whitelist", "not in whitelist", "not allowed"))
        {
            return new(MediaErrorKind.Forbidden,
                $"'{path}' is in a format that refers to other files or is not accepted. Convert it first: ffmpeg -i IN OUT.mp4 ({errors.Summary(1)})");
        }

        return new(MediaErrorKind.NotVideo, $"'{path}' is not a video that ffmpeg can read: {errors.Summary(1)}.");
    }

    private static void CheckStream(string path, StreamHeader stream, MediaLimits limits)
    {
        if (stream.Duration is { } declared)
            CheckDuration(path, declared, limits);
        if ((long)stream.Width * stream.Height > limits.MaxPixels)
            throw TooManyPixels(path, $"of {stream.Width}x{stream.Height}", limits);
        if (stream.Width <= 0 || stream.Height <= 0 || stream.PixelFormat.Length == 0)
        {
            throw new MediaException(MediaErrorKind.Empty,
                $"'{path}' has a video stream ({(stream.Codec.Length == 0 ? "unknown codec" : stream.Codec)}) with no decodable frame in it.");
        }

        if (!stream.TimeBase.IsKnown)
            throw new MediaException(MediaErrorKind.Damaged, $"'{path}' has no usable time base ({stream.TimeBase}).");
        if (stream.Transfer == "smpte2084")
        {
            throw new MediaException(MediaErrorKind.Unsupported,
                $"'{path}' is HDR video with the PQ transfer function (smpte2084), whose colours would come out wrong. Tone-map it to SDR first, " +
                "for example: ffmpeg -i IN -vf zscale=t=linear,tonemap=hable,zscale=t=bt709:m=bt709,format=yuv420p OUT.mp4");
        }
    }

    private static MediaException TooManyPixels(string path, string size, MediaLimits limits) => new(MediaErrorKind.LimitExceeded,
        $"'{path}' has frames {size}; at most {limits.MaxPixels:N0} pixels are accepted (MediaLimits.MaxPixels). Scale it down first.");

    private static void CheckDuration(string path, double seconds, MediaLimits limits)
    {
        if (seconds > limits.MaxDuration.TotalSeconds)
        {
            throw new MediaException(MediaErrorKind.LimitExceeded,
                $"'{path}' lasts {TimeSpan.FromSeconds(Math.Min(seconds, 1e9)):d\\.hh\\:mm\\:ss}; at most {limits.MaxDuration:d\\.hh\\:mm\\:ss} is accepted (MediaLimits.MaxDuration).");
        }
    }
}
