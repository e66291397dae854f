using System.Diagnostics;
using Sa2VA.Media;

namespace Sa2VA.Cli.Tests;

/// <summary>A tiny random model, made by the program itself, and a short clip.</summary>
public sealed class ModelFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.FullPath;

    public string Model => _folder.File("tiny");

    public string Clip => _folder.File("clip.mp4");

    public string LongClip => _folder.File("long.mp4");

    public async ValueTask InitializeAsync()
    {
        var made = await Sa2vaProcess.RunAsync(Folder, "models", "init", "--preset", "tiny", "--seed", "3", Model);
        Assert.Equal((0, ""), (made.ExitCode, made.Errors));
        await FfmpegAsync($"-f lavfi -i testsrc2=s=96x64:r=12 -frames:v 20 -c:v libx264 -pix_fmt yuv420p {Clip}");
        await FfmpegAsync($"-f lavfi -i testsrc2=s=96x64:r=12 -frames:v 80 -c:v libx264 -pix_fmt yuv420p {LongClip}");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    public string File(string name) => _folder.File(name);

    internal static async Task FfmpegAsync(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(MediaTools.Ffmpeg, "-nostdin -v error -y " + arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}

[CollectionDefinition(Name)]
public sealed class ModelCollection : ICollectionFixture<ModelFixture>
{
    public const string Name = "tiny model";
}
