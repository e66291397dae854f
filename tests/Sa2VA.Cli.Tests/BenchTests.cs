namespace Sa2VA.Cli.Tests;

public sealed class BenchTests
{
    [Fact]
    public async Task A_split_is_written_and_told()
    {
        using var folder = new TemporaryFolder();
        var written = await Sa2vaProcess.RunAsync(folder.FullPath, "bench", "ref-shapes", "--split", "train", "--videos", "1", "--layout", "mevis", "--no-mp4", "--out", "data", "--json");
        Assert.Equal((0, ""), (written.ExitCode, written.Errors));
        var result = written.Lines[^1];
        Assert.Equal(("dataset", 1), (result.GetProperty("type").GetString(), result.GetProperty("videos").GetInt32()));
        Assert.Equal(folder.File("data", "train"), result.GetProperty("path").GetString());
        Assert.Contains(written.Lines, line => line.GetProperty("type").GetString() == "progress");
        Assert.Equal(result.GetProperty("frames").GetInt32(), Directory.GetFiles(folder.File("data", "train", "JPEGImages", "train_0000")).Length);
        Assert.True(File.Exists(folder.File("data", "train", "mask_dict.json")));
        Assert.False(Directory.Exists(folder.File("data", "train", "Annotations")));
        Assert.False(Directory.Exists(folder.File("data", "train", "videos")));

        var mixed = await Sa2vaProcess.RunAsync(folder.FullPath, "bench", "ref-shapes", "--split", "train", "--videos", "1", "--seed", "4", "--out", "data");
        mixed.IsRefused(ExitCodes.Dataset, "seed 0", "seed 4");
    }

    [Fact]
    public async Task The_sample_is_written_with_its_truth()
    {
        using var folder = new TemporaryFolder();
        var written = await Sa2vaProcess.RunAsync(folder.FullPath, "bench", "ref-shapes", "--sample", "clip.mp4");
        Assert.Equal((0, ""), (written.ExitCode, written.Errors));
        Assert.Contains("clip.json", written.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("clip.mp4")) && File.Exists(folder.File("clip.json")));
    }

    [Fact]
    public async Task Mistakes_end_with_2_and_say_what_is_expected()
    {
        using var folder = new TemporaryFolder();
        (await Run()).IsRefused(ExitCodes.Usage, "--split", "val");
        (await Run("--split", "valid")).IsRefused(ExitCodes.Usage, "valid", "test");
        (await Run("--split", "train")).IsRefused(ExitCodes.Usage, "--videos");
        (await Run("--split", "val", "--videos", "65")).IsRefused(ExitCodes.Usage, "64", "65");
        (await Run("--split", "val", "--videos", "0")).IsRefused(ExitCodes.Usage, "--videos", "at least 1");
        (await Run("--split", "val", "--layout", "coco")).IsRefused(ExitCodes.Usage, "coco", "mevis");
        (await Run("--sample", "clip.mp4", "--seed", "3")).IsRefused(ExitCodes.Usage, "--sample", "--seed");
        (await Run("--sample", "clip.avi")).IsRefused(ExitCodes.Usage, "clip.avi", ".mp4");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.FullPath));
        await File.WriteAllTextAsync(folder.File("a-file"), "", TestContext.Current.CancellationToken);
        (await Run("--split", "val", "--out", "a-file")).IsRefused(ExitCodes.Output, "a-file", "--out");

        Task<Sa2vaProcess> Run(params string[] arguments) => Sa2vaProcess.RunAsync(folder.FullPath, ["bench", "ref-shapes", .. arguments]);
    }
}
