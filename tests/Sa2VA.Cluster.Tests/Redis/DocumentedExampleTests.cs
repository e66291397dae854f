using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Tests.Servers;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Redis;

/// <summary>The program and the commands of docs/redis.md, run as they stand there against a real server.</summary>
public sealed class DocumentedExampleTests(ServersFixture servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Masks_can_be_read_with_redis_cli_and_the_documented_program()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/redis-cli"), "redis-cli is not installed: run scripts/setup.sh --servers.");
        Assert.SkipUnless(await RunAsync("python3 --version", folder: "/", password: "") is (0, _), "python3 is not installed.");
        var endpoint = await servers.RedisAsync(Stop);
        await using var connection = await RedisConnection.OpenAsync(endpoint, cancellationToken: Stop);
        var store = new RedisResultStore(connection);
        await store.ClaimAsync("job-1-000001", 4, Stop);
        var masks = Enumerable.Range(0, 64).Select(Pixels).ToArray();
        await store.WriteBlockAsync("job-1-000001", 4, BlockOf(masks), Stop);

        using var folder = new TemporaryFolder();
        var page = await File.ReadAllTextAsync(PageFile(), Stop);
        await File.WriteAllTextAsync(folder.File("read_masks.py"), Fenced(page, "python"), Stop);
        var commands = Fenced(page, "sh").Replace("-h 127.0.0.1 -p 6379 -n 0", $"-h {endpoint.Host} -p {endpoint.Port} -n {endpoint.Space}", StringComparison.Ordinal);
        var (exit, output) = await RunAsync("set -euo pipefail\n" + commands, folder.FullPath, endpoint.Password?.Reveal() ?? "");

        Assert.True(exit == 0, output);
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal(["4", "epoch", "object:1", "1"], lines[..4]);
        for (var i = 0; i < masks.Length; i++)
        {
            Assert.Equal($"{i * 2} {i / 12.5:F3} {masks[i].Count(p => p == 1)}", lines[4 + i]);
            var picture = await File.ReadAllBytesAsync(folder.File("masks", $"{i * 2:D6}.pgm"), Stop);
            byte[] expected = [.. Encoding.ASCII.GetBytes($"P5 {Width} {Height} 255\n"), .. masks[i].Select(p => (byte)(p * 255))];
            Assert.Equal(expected, picture);
        }
    }

    private const int Height = 37;
    private const int Width = 53;

    /// <summary>Empty, full, and everything between: discs that grow over the edge, with a hole.</summary>
    private static byte[] Pixels(int step)
    {
        var pixels = new byte[Height * Width];
        for (var p = 0; p < pixels.Length; p++)
        {
            var (dy, dx) = (p / Width - 15, p % Width - 20);
            var distance = dy * dy + dx * dx;
            pixels[p] = step == 63 || (distance < step * step && (distance > 40 || step < 10)) ? (byte)1 : (byte)0;
        }

        return pixels;
    }

    private static MaskBlock BlockOf(byte[][] masks)
        => new(1, 0, Height, Width, [.. masks.Select((pixels, i) => new BlockMask(i * 2, i * 1024L, i / 12.5, 1.5f, 0.5f, RleCodec.Encode(pixels, Height, Width).Counts))]);

    private static string Fenced(string page, string language)
        => Regex.Match(page, $"^```{language}\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline, TimeSpan.FromSeconds(5)) is { Success: true } match
            ? match.Groups[1].Value
            : throw new InvalidOperationException($"docs/redis.md has no part in '{language}'.");

    private static string PageFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "docs", "redis.md");
            if (File.Exists(file)) return file;
        }

        throw new InvalidOperationException("docs/redis.md was not found above the tests.");
    }

    private static async Task<(int Exit, string Output)> RunAsync(string script, string folder, string password)
    {
        var start = new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["REDISCLI_AUTH"] = password;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Stop);
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }
}
