using System.Globalization;
using Sa2VA.Cluster.Exports;

namespace Sa2VA.Cluster.Tests.Exports;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<ExportFormat> Formats => [ExportFormat.Coco, ExportFormat.RefYoutubeVos, ExportFormat.Davis, ExportFormat.Cvat, ExportFormat.Csv, ExportFormat.MaskVideo];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_export_that_was_stopped_anywhere_ends_with_the_same_bytes(ExportFormat format)
    {
        Sample[] samples = [new("one", 5), new("two", 11, frames: 4), new("three", 2, frames: 5)];
        var whole = Path.Combine(_folder.FullPath, "whole");
        await Export.WriteAsync(format, whole, FormatTests.Videos([.. samples.Select(sample => sample.Video)]), progress: null, Stop);

        var stopped = Path.Combine(_folder.FullPath, "stopped");
        for (var stopAt = 0; stopAt < 16; stopAt += 3)
        {
            // Each attempt gets a little further; what it stopped in is not counted.
            var (offset, at) = (0, stopAt);
            var breaking = new List<Sample>();
            foreach (var sample in samples)
            {
                var before = offset;
                breaking.Add(new Sample(sample.Video.Name, int.Parse(sample.Video.Fingerprint, CultureInfo.InvariantCulture), sample.Frames, step => Break(before + step >= at)));
                offset += sample.Frames;
            }

            await Assert.ThrowsAsync<TimeoutException>(() => Export.WriteAsync(format, stopped, FormatTests.Videos([.. breaking.Select(sample => sample.Video)]), progress: null, Stop));
        }

        var summary = await Export.WriteAsync(format, stopped, FormatTests.Videos([.. samples.Select(sample => sample.Video)]), progress: null, Stop);
        Assert.Equal(3, summary.Videos);
        Assert.Equal(Contents(whole), Contents(stopped));
    }

    [Fact]
    public async Task Pictures_that_are_there_are_not_written_again()
    {
        var broken = new Sample("one", 5, 7, step => Break(step == 4));
        await Assert.ThrowsAsync<TimeoutException>(() => WriteAsync(broken.Video));
        var first = Path.Combine(_folder.FullPath, "Annotations", "one", "00003.png");
        var written = File.GetLastWriteTimeUtc(first);
        File.SetLastWriteTimeUtc(first, written.AddHours(-1));
        await WriteAsync(new Sample("one", 5).Video);
        Assert.Equal(written.AddHours(-1), File.GetLastWriteTimeUtc(first));

        // A new export of other masks into the same folder keeps nothing.
        await WriteAsync(new Sample("one", 6).Video);
        Assert.NotEqual(written.AddHours(-1), File.GetLastWriteTimeUtc(first));
    }

    [Fact]
    public async Task Masks_that_changed_while_an_export_was_stopped_are_an_error()
    {
        await StopInSecondAsync();
        var refused = await Assert.ThrowsAsync<ExportException>(() => WriteAsync(new Sample("one", 8).Video));
        Assert.Equal($"The masks of 'one' have changed since this export began. Remove '{_folder.FullPath}' and export again.", refused.Message);
    }

    [Fact]
    public async Task Another_format_does_not_go_on_in_the_folder()
    {
        await StopInSecondAsync();
        var refused = await Assert.ThrowsAsync<ExportException>(() => Export.WriteAsync(ExportFormat.Csv, _folder.FullPath, FormatTests.Videos(new Sample("one", 5).Video), progress: null, Stop));
        Assert.Contains("unfinished export as 'Davis'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_last_line_of_the_log_is_a_video_that_was_not_written()
    {
        await StopInSecondAsync();
        var log = Path.Combine(_folder.FullPath, ".sa2va-export.jsonl");
        await File.AppendAllTextAsync(log, "{\"done\":\"two\",\"finger", Stop);
        var summary = await Export.WriteAsync(ExportFormat.Davis, _folder.FullPath, FormatTests.Videos(new Sample("one", 5).Video, new Sample("two", 6).Video), progress: null, Stop);
        Assert.Equal((2, 1), (summary.Videos, summary.AlreadyThere));
        Assert.False(File.Exists(log));
    }

    [Fact]
    public async Task A_damaged_log_is_an_error_that_names_it()
    {
        await StopInSecondAsync();
        var log = Path.Combine(_folder.FullPath, ".sa2va-export.jsonl");
        await File.WriteAllTextAsync(log, "not a log\n", Stop);
        var refused = await Assert.ThrowsAsync<ExportException>(() => WriteAsync(new Sample("one", 5).Video));
        Assert.StartsWith($"'{log}' is damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_export_is_an_error()
        => await Assert.ThrowsAsync<ExportException>(() => Export.WriteAsync(ExportFormat.Coco, _folder.FullPath, FormatTests.Videos(), progress: null, Stop));

    private static void Break(bool now)
    {
        if (now) throw new TimeoutException("stopped by the test");
    }

    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(folder, path), path => Convert.ToHexString(File.ReadAllBytes(path))),
        StringComparer.Ordinal);

    private async Task StopInSecondAsync()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Export.WriteAsync(
            ExportFormat.Davis, _folder.FullPath, FormatTests.Videos(new Sample("one", 5).Video, new Sample("two", 6, 4, step => Break(step == 2)).Video), progress: null, Stop));
    }

    private Task WriteAsync(ExportVideo video) => Export.WriteAsync(ExportFormat.Davis, _folder.FullPath, FormatTests.Videos(video), progress: null, Stop);
}
