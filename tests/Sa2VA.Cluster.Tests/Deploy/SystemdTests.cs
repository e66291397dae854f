using System.Diagnostics;
using System.Globalization;

namespace Sa2VA.Cluster.Tests.Deploy;

public sealed class SystemdTests
{
    private const string Unit = "sa2va-node@.service";
    private static readonly string[] Lines = File.ReadAllLines(Repository.File("deploy", "systemd", Unit));

    [Fact]
    public void A_node_is_given_more_time_to_stop_than_it_takes_to_hand_over()
        => Assert.True(TimeSpan.FromSeconds(int.Parse(Value("TimeoutStopSec"), CultureInfo.InvariantCulture)) > new NodeFile("systemd", "node.json").Grace);

    [Fact]
    public void It_may_write_where_the_settings_say()
    {
        var writable = new[] { "/var/cache/" + Value("CacheDirectory"), Value("ReadWritePaths").TrimStart('-') };
        var settings = new NodeFile("systemd", "node.json").Root;
        foreach (var folder in new[] { settings.GetProperty("sources").GetProperty("cacheFolder"), settings.GetProperty("scratchFolder"), settings.GetProperty("archive").GetProperty("folder") })
            Assert.Contains(writable, w => folder.GetString()!.StartsWith(w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed.");
        using var folder = new TemporaryFolder();
        // The program is not installed here, and that is all that may be wrong.
        File.WriteAllLines(folder.File(Unit), Lines.Select(line => line.Replace("ExecStart=/opt/sa2va/sa2va ", "ExecStart=/bin/true ", StringComparison.Ordinal)));
        using var verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", folder.File(Unit)]) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = verify.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(verify.ExitCode == 0 && !errors.Contains(Unit, StringComparison.Ordinal), errors + await output);
    }

    private static string Value(string name) => Assert.Single(Lines, line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];
}
