using Sa2VA.Media;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Grounding;

/// <summary>What a language model is shown of a file, in the sizes that its tower takes: key frames, or a still picture in tiles.</summary>
internal static class KeyFramePictures
{
    /// <summary>Reads frames of a video, or, of a still picture, its tiles. The caller disposes of them.</summary>
    public static Task<IReadOnlyList<RgbImage>> ReadAsync(VideoInfo info, IReadOnlyList<int> frames, Sa2vaConfig config, MediaLimits limits, CancellationToken stop) =>
        ReadAsync(info, frames, image => info.IsStill ? Still(image, config) : [Frame(image, config)], limits, stop);

    /// <summary>The same for a model of any kind.</summary>
    public static Task<IReadOnlyList<RgbImage>> ReadAsync(VideoInfo info, IReadOnlyList<int> frames, IGroundingModel model, MediaLimits limits, CancellationToken stop) =>
        model is Sa2vaModel sa2va
            ? ReadAsync(info, frames, sa2va.Config, limits, stop)
            : ReadAsync(info, frames, image => [Resized(image, model.FrameSizes(image.Width, image.Height, frames.Count))], limits, stop);

    /// <summary>What a picture in memory becomes: a still one, or one of so many frames.</summary>
    public static IReadOnlyList<RgbImage> Of(RgbImage image, bool isStill, int frames, IGroundingModel model) =>
        model is not Sa2vaModel { Config: var config } ? [Resized(image, model.FrameSizes(image.Width, image.Height, frames))] : isStill ? Still(image, config) : [Frame(image, config)];

    private static async Task<IReadOnlyList<RgbImage>> ReadAsync(
        VideoInfo info, IReadOnlyList<int> frames, Func<RgbImage, IReadOnlyList<RgbImage>> pictures, MediaLimits limits, CancellationToken stop)
    {
        var images = new List<RgbImage>();
        try
        {
            await foreach (var frame in VideoReader.ReadAsync(info.Path, info, new ReadOptions { Frames = frames, Limits = limits }, stop))
            {
                using (frame) images.AddRange(pictures(frame.Image));
            }

            return images;
        }
        catch
        {
            foreach (var image in images) image.Dispose();
            throw;
        }
    }

    /// <summary>A frame of a video, resized.</summary>
    public static RgbImage Frame(RgbImage image, Sa2vaConfig config) => Resized(image, config.FrameSizes(image.Width, image.Height));

    private static RgbImage Resized(RgbImage image, IReadOnlyList<(int Width, int Height)> sizes)
    {
        var resized = image.ResizeBicubic(sizes[0].Width, sizes[0].Height);
        foreach (var (width, height) in sizes.Skip(1))
        {
            using var before = resized;
            resized = before.ResizeBicubic(width, height);
        }

        return resized;
    }

    /// <summary>A still picture: tiles and the whole of it over InternVL, one picture over Qwen-VL.</summary>
    public static IReadOnlyList<RgbImage> Still(RgbImage image, Sa2vaConfig config) =>
        config.QwenVision is null ? InternVlTiling.Split(image, config.ImageTiles, config.VisionImageSize) : [Frame(image, config)];

    /// <summary>The pictures as the model takes them; borrowed.</summary>
    public static VisionInput Input(IReadOnlyList<RgbImage> images, bool isStill) =>
        new([.. images.Select(image => new RgbPixels(image.Width, image.Height, image.Memory))]) { IsStill = isStill };
}
