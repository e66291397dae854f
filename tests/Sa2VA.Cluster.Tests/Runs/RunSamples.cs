using System.Diagnostics;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors;

[assembly: AssemblyFixture(typeof(RunSamples))]

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>A short clip and small random models, made once for all tests of this assembly.</summary>
public sealed class RunSamples : IDisposable
{
    /// <summary>Frames in the clip: more than one block, not a multiple of anything.</summary>
    public const int ClipFrames = 90;

    private readonly TemporaryFolder _folder = new();
    private readonly Lock _gate = new();

    // These models are too small to share their work: more threads would only wait for each other.
    public RunSamples() => torch.set_num_threads(1);

    /// <summary>A moving test picture of 64 x 48, 90 frames, with B-frames.</summary>
    public string Clip => Made("clip.mp4", path => MakeClip(path, ClipFrames));

    /// <summary>The clip, in a container that can be read as it comes, without its last third.</summary>
    public string CutClip => Made("cut.mkv", path =>
    {
        var whole = _folder.File("whole.mkv");
        MakeClip(whole, ClipFrames);
        File.WriteAllBytes(path, File.ReadAllBytes(whole).AsSpan()[..(int)(new FileInfo(whole).Length * 2 / 3)]);
    });

    /// <summary>A Sa2VA that answers every question with one segment.</summary>
    public string Tiny => MadeModel("tiny");

    /// <summary>The same with Sa2VA-i's second decoder.</summary>
    public string TinyI => MadeModel("tiny-i");

    /// <summary>A Sa2VA whose answers hold no segment.</summary>
    public string TinyMute => Made("tiny-mute", path => ModelInitializer.Write(ModelPreset.Named("tiny"), path, new InitOptions { Seed = 3, AnswersWithSegmentation = false }));

    /// <summary>A Sa2VA over Qwen2.5-VL.</summary>
    public string TinyQwen => MadeModel("tiny-qwen2.5vl");

    /// <summary>A UniPixel that answers every question with one segment.</summary>
    public string TinyUniPixel => MadeModel("tiny-unipixel");

    /// <summary>A plain SAM 2.</summary>
    public string Sam2Only => MadeModel("sam2-tiny");

    /// <summary>A clip of that many frames.</summary>
    public string ClipOf(int frames) => Made($"clip-{frames}.mp4", path => MakeClip(path, frames));

    /// <summary>The clip's pictures at uneven times, kept without loss.</summary>
    public string UnevenClip => Made("uneven.mkv", path => Ffmpeg(
        "-i", Clip, "-vf", "settb=1/1000,setpts='N*40+13*mod(N,3)+500*gt(N,20)'", "-fps_mode", "passthrough", "-enc_time_base", "1/1000",
        "-c:v", "libx264", "-qp", "0", "-g", "7", "-pix_fmt", "yuv420p", path));

    /// <summary>Writes the clip's frames into a folder, without loss.</summary>
    public async Task<string> PicturesAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var info = await MediaProbe.ProbeAsync(Clip, MediaLimits.Default, CancellationToken.None);
        await foreach (var frame in VideoReader.ReadAsync(Clip, info, new ReadOptions(), CancellationToken.None))
        {
            using (frame)
            {
                await using var file = File.Create(Path.Combine(folder, $"{frame.Index:00000}.png"));
                PngWriter.WriteRgb(file, frame.Image);
            }
        }

        return folder;
    }

    /// <summary>A request for the clip with everything small; change what matters with <c>with</c>.</summary>
    public RunRequest Request(string workFolder, params RunTarget[] targets) => new()
    {
        Video = Clip,
        ModelFolder = Tiny,
        WorkFolder = workFolder,
        Targets = targets,
        Checkpoints = new CheckpointOptions { EveryFrames = 10, EveryTime = TimeSpan.FromHours(1) },
        MaxNewTokens = 16,
    };

    public static RunTarget Clicked(string label, int frame, float x, float y)
        => new RunTarget.Prompted(label, [new VisualPrompt.Points(frame, [x, y], [1])]);

    public void Dispose() => _folder.Dispose();

    /// <summary>A random model of a preset, which answers every question with one segment.</summary>
    public string MadeModel(string preset) => Made(preset, path => ModelInitializer.Write(ModelPreset.Named(preset), path, new InitOptions { Seed = 3 }));

    private string Made(string name, Action<string> make)
    {
        var path = _folder.File(name);
        lock (_gate)
        {
            if (!Path.Exists(path)) make(path);
        }

        return path;
    }

    private static void MakeClip(string path, int frames)
        => Ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25", "-frames:v", $"{frames}", "-c:v", "libx264", "-bf", "2", "-g", "12", "-pix_fmt", "yuv420p", path);

    private static void Ffmpeg(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg", ["-v", "error", .. arguments]) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ffmpeg could not make the clip: {errors}");
    }
}
