using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

public sealed class ImageNormalizerTests
{
    private const double Tolerance = 1e-6;

    public static TheoryData<string> Videos => [.. Golden.Folders("sam2", "video_points")];

    public static TheoryData<string> Sa2vaVideos => [.. Golden.Folders("sa2va", "sam2_language")];

    [Theory]
    [MemberData(nameof(Videos))]
    public void SAM_2_frames_are_prepared_as_recorded(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        var first = golden["frames_uint8_model_size"].narrow(0, 0, 1);
        golden.AssertClose("frame0_normalized", ImageNormalizer.Sam2.Normalize(first)[0], Tolerance);

        // The same from a decoder's bytes.
        var (height, width) = ((int)first.size(1), (int)first.size(2));
        golden.AssertClose("frame0_normalized", ImageNormalizer.Sam2.Normalize(first.contiguous().bytes, height, width)[0], Tolerance);
    }

    [Theory]
    [MemberData(nameof(Sa2vaVideos))]
    public void Sa2va_rounds_its_mean_and_deviation_to_bfloat16(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        var name = golden.Names.Single(name => name.StartsWith("frame0_preprocessed_rows", StringComparison.Ordinal));
        var frame = ImageNormalizer.Sa2va.Normalize(golden["frames_uint8_model_size"].narrow(0, 0, 1))[0];
        golden.AssertClose(name, frame.narrow(1, 0, golden[name].size(1)), Tolerance);
    }
}
