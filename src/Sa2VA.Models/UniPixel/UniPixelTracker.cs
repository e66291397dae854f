using System.Text.Json;
using System.Text.RegularExpressions;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;

namespace Sa2VA.Models.UniPixel;

/// <summary>Which tracker a UniPixel has: the file names one of SAM 2.1's own configurations, which are not part of the folder.</summary>
internal static partial class UniPixelTracker
{
    // The position code of the window size and the memory's strides ask for it; larger squares need more memory than any device has.
    private const int SideMultiple = 32;
    private const int LargestSide = 4096;

    /// <exception cref="ModelFolderException">There is no tracker, or one that is not known.</exception>
    public static Sam2Config FromJson(ConfigSection root, JsonElement json, string where)
    {
        if (root.Has("sam2"))
            return TrackerSection.Read(json, where) with { BlankAbsentMasks = true };
        var name = root.Text("sam2_config");
        var side = root.Size("sam2_image_size", UniPixelConfig.PublishedImageSize);
        if (side % SideMultiple != 0 || side > LargestSide)
            throw root.Unsupported("sam2_image_size", $"{side}", $"a multiple of {SideMultiple} up to {LargestSide} is");
        HieraConfig? trunk = Published().Match(name) is { Success: true } match
            ? match.Groups["size"].Value switch { "t" => HieraConfig.Tiny, "s" => HieraConfig.Small, "b+" => HieraConfig.BasePlus, _ => HieraConfig.Large }
            : null;
        return UniPixelConfig.PublishedTracker(
            trunk ?? throw root.Unsupported("sam2_config", $"'{name}'", "'configs/sam2.1_hiera_b+' is, and those with t, s and l in place of b+"), side);
    }

    [GeneratedRegex(@"(^|/)sam2\.1_hiera_(?<size>t|s|b\+|l)(\.yaml)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Published();
}
