using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.QwenVl;

/// <summary>What was recorded of Qwen2.5-VL and Qwen3-VL. The committed copies hold less than the whole recordings.</summary>
internal static class QwenVlRecordings
{
    /// <summary>Folder and input, <c>images</c> or <c>video</c>, of all that have this tensor.</summary>
    public static TheoryData<string, string> With(string tensor)
    {
        var data = new TheoryData<string, string>();
        foreach (var folder in (string[])["qwen2_5_vl", "qwen3_vl"])
        {
            using var golden = Golden.Open(folder);
            foreach (var name in ((string[])["images", "video"]).Where(name => golden.Has($"{name}.{tensor}")))
                data.Add(folder, name);
        }

        return data;
    }
}
