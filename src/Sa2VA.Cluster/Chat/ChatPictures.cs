using Sa2VA.Cluster.Grounding;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Chat;

/// <summary>What a conversation is shown. Owns its pictures.</summary>
internal sealed record ChatPictures(IReadOnlyList<RgbImage> Pictures, bool IsStill, IReadOnlyList<IReadOnlyList<int>> Regions) : IDisposable
{
    public VisionInput Input => KeyFramePictures.Input(Pictures, IsStill) with { Regions = Regions };

    public void Dispose()
    {
        foreach (var picture in Pictures) picture.Dispose();
    }
}
