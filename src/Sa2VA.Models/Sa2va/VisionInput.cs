namespace Sa2VA.Models.Sa2va;

/// <summary>What is shown to the model before a question: key frames of a video, or a still picture.</summary>
/// <param name="Pictures">
/// Frames in order of time; or a still picture in tiles, row by row, with the whole of it as the last when there are several (over Qwen-VL
/// the picture itself). Of the size that <see cref="Sa2vaConfig.FrameSizes"/> ends with.
/// </param>
public sealed record VisionInput(IReadOnlyList<RgbPixels> Pictures)
{
    /// <summary>Whether it is one still picture.</summary>
    public bool IsStill { get; init; }

    /// <summary>
    /// Parts of a still picture that questions call <c>region1</c>, <c>region2</c>, ...: for each the cells of <see cref="RegionCells"/>. Only
    /// over InternVL: Sa2VA over Qwen-VL was not trained with them.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Regions { get; init; } = [];
}
