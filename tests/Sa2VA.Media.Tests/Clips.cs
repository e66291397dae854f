using System.Diagnostics;

namespace Sa2VA.Media.Tests;

/// <summary>Makes real media files with ffmpeg for one test class, and removes them afterwards.</summary>
public sealed class Clips : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Folder => _folder.FullPath;

    public string File(string name) => _folder.File(name);

    public string Write(string name, ReadOnlySpan<byte> content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    /// <summary>Runs ffmpeg with arguments split at blanks; a word that begins with @ is a file of the folder.</summary>
    public string Make(string name, string arguments)
    {
        Ffmpeg([.. arguments.Split(' ').Select(word => word.StartsWith('@') ? File(word[1..]) : word), "-y", File(name)]);
        return File(name);
    }

    /// <summary>A moving test picture, H.264 with B-frames and a key frame every 25.</summary>
    public string Moving(string name, int frames = 60, string size = "160x120", string extra = "") => Make(name,
        $"-f lavfi -i testsrc2=s={size}:r=25 -frames:v {frames} -c:v libx264 -g 25 -bf 2 -pix_fmt yuv420p {extra}".TrimEnd());

    /// <summary>Half of a file's bytes.</summary>
    public string Half(string name, string source, double share = 0.5)
    {
        var bytes = System.IO.File.ReadAllBytes(source);
        return Write(name, bytes.AsSpan(0, (int)(bytes.Length * share)));
    }

    public static Task<VideoInfo> ProbeAsync(string path, MediaLimits? limits = null) => MediaProbe.ProbeAsync(path, limits ?? MediaLimits.Default, Token);

    /// <summary>Reads frames and keeps what identifies them: index, timestamp and a copy of the pixels.</summary>
    public static async Task<List<(int Index, long Pts, byte[] Pixels)>> ReadAsync(string path, ReadOptions? options = null)
    {
        var info = await ProbeAsync(path);
        var frames = new List<(int, long, byte[])>();
        await foreach (var frame in VideoReader.ReadAsync(path, info, options ?? new ReadOptions(), Token))
        {
            frames.Add((frame.Index, frame.Pts, frame.Image.Pixels.ToArray()));
            frame.Dispose();
        }

        return frames;
    }

    public static void Ffmpeg(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(MediaTools.Ffmpeg) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-nostdin", "-v", "error", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ffmpeg {string.Join(' ', arguments)}: {errors}");
    }

    public void Dispose() => _folder.Dispose();
}
