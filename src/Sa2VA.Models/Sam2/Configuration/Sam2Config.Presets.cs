namespace Sa2VA.Models.Sam2;

// The published models. "2.1" adds pointer times, the no-object memory and retrained weights; its names are a superset of 2.0's.
public sealed partial record Sam2Config
{
    public static Sam2Config HieraTiny(bool v21 = true, int imageSize = 1024) => Published(HieraConfig.Tiny, v21, imageSize);

    public static Sam2Config HieraSmall(bool v21 = true, int imageSize = 1024) => Published(HieraConfig.Small, v21, imageSize);

    public static Sam2Config HieraBasePlus(bool v21 = true, int imageSize = 1024) => Published(HieraConfig.BasePlus, v21, imageSize);

    public static Sam2Config HieraLarge(bool v21 = true, int imageSize = 1024) => Published(HieraConfig.Large, v21, imageSize);

    /// <summary>What the stock video predictor switches on for clicks: binarised memories, the stability fallback, filled holes.</summary>
    public Sam2Config WithVideoPostprocessing() => this with
    {
        BinarizeMaskFromPtsForMemEnc = true,
        DynamicMultimaskViaStability = true,
        FillHoleArea = 8,
    };

    /// <summary>The published size whose patch embedding has these channels and whose trunk has this many blocks.</summary>
    /// <returns>Null when there is none.</returns>
    public static HieraConfig? TrunkOf(long embedDim, int blocks) =>
        new[] { HieraConfig.Tiny, HieraConfig.Small, HieraConfig.BasePlus, HieraConfig.Large }
            .FirstOrDefault(trunk => trunk.EmbedDim == embedDim && trunk.Stages.Sum() == blocks);

    private static Sam2Config Published(HieraConfig trunk, bool v21, int imageSize) => new()
    {
        Trunk = trunk,
        ImageSize = imageSize,
        AddTposEncToObjPtrs = v21,
        ProjTposEncInObjPtrs = v21,
        UseSignedTposEncToObjPtrs = v21,
        NoObjEmbedSpatial = v21,
    };
}
