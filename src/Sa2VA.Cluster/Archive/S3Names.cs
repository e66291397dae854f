using System.Globalization;
using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Archive;

/// <summary>
/// Names of the objects of an archive. S3 cannot compare an epoch and write in one step, so each owner writes under names of its own and the
/// highest epoch is what counts: an owner that was replaced can put nothing in the place of what its successor wrote.
/// </summary>
internal sealed class S3Names(string prefix)
{
    // Zeros in front make the order of the names that of the numbers.
    private const string EpochFormat = "D12";

    private readonly string _root = prefix.Length == 0 ? "" : prefix + "/";

    public string Trial(Guid id) => string.Create(CultureInfo.InvariantCulture, $"{_root}check/{id:N}");

    public string ClaimStem(string videoId) => $"{_root}{ClusterIds.CheckVideo(videoId)}/claim-";

    public string BlockStem(string videoId, int objectId, int index)
        => string.Create(CultureInfo.InvariantCulture, $"{_root}{ClusterIds.CheckVideo(videoId)}/object-{objectId:D4}/block-{index:D6}.e");

    public static string Claim(string stem, long epoch) => stem + epoch.ToString(EpochFormat, CultureInfo.InvariantCulture);

    public static string Block(string stem, long epoch) => stem + epoch.ToString(EpochFormat, CultureInfo.InvariantCulture) + ".s2mb";

    /// <summary>The epoch in the name of a claim; 0 when somebody put another object there.</summary>
    public static long EpochOf(string stem, string claim)
        => long.TryParse(claim.AsSpan(stem.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;
}
