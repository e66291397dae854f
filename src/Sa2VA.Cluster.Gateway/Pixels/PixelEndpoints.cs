using Microsoft.Net.Http.Headers;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Sources;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway.Pixels;

/// <summary>A video's own pixels, for players: the file, and single frames.</summary>
internal static class PixelEndpoints
{
    private const int LeastWidth = 16;
    private const int MostWidth = 8192;

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".mp4"] = "video/mp4", [".m4v"] = "video/mp4", [".mov"] = "video/quicktime", [".webm"] = "video/webm", [".mkv"] = "video/x-matroska", [".avi"] = "video/x-msvideo",
        [".mpg"] = "video/mpeg", [".ts"] = "video/mp2t", [".ogv"] = "video/ogg",
    };

    public static void Map(IEndpointRouteBuilder api)
    {
        var video = api.MapGroup("/videos/{video}").WithTags("pixels").RequireAuthorization(Scope.Read).ProducesProblem(StatusCodes.Status404NotFound);
        video.MapGet("/source", SourceAsync).WithName("getSource").WithSummary("The video's own file, with ranges.").Produces(StatusCodes.Status200OK, contentType: "video/mp4");
        video.MapGet("/frames/{frame:int}.jpg", FrameAsync).WithName("getFrame").WithSummary("One frame of the video, upright.").Produces(StatusCodes.Status200OK, contentType: "image/jpeg");
    }

    private static async Task<IResult> SourceAsync(string video, HttpContext context, ClusterConnection cluster, ShownVideos shown, CancellationToken stop)
    {
        if (await cluster.Jobs.FindVideoAsync(video, stop) is not { } view) return Problem.NoVideo(video);
        try
        {
            var source = shown.Find(view);
            if (source.IsFolder) return Problem.Of(StatusCodes.Status404NotFound, $"'{video}' is a folder of pictures; ask for its frames.");
            var file = new FileInfo(source.Path);
            // A browser must not take it for anything but what it is called.
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.CacheControl = "private, no-cache";
            return TypedResults.PhysicalFile(
                source.Path, Types.GetValueOrDefault(file.Extension, "application/octet-stream"), lastModified: new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero),
                entityTag: new EntityTagHeaderValue($"\"{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}\""), enableRangeProcessing: true);
        }
        catch (SourceException refused)
        {
            return Problem.Of(StatusCodes.Status404NotFound, refused.Message);
        }
    }

    private static async Task<IResult> FrameAsync(
        string video, int frame, HttpContext context, ClusterConnection cluster, ShownVideos shown, GatewaySettings settings, CancellationToken stop, int? width = null)
    {
        if (width is < LeastWidth or > MostWidth) return Problem.Of(StatusCodes.Status400BadRequest, $"width is {width}; it may be {LeastWidth} to {MostWidth}.");
        if (await cluster.Jobs.FindVideoAsync(video, stop) is not { } view) return Problem.NoVideo(video);
        try
        {
            var source = shown.Find(view);
            var info = await shown.ProbeAsync(source, stop);
            if (frame < 0 || frame >= info.FrameCount) return Problem.Of(StatusCodes.Status404NotFound, $"'{video}' has frames 0 to {info.FrameCount - 1}, and none with the number {frame}.");
            await foreach (var one in VideoReader.ReadAsync(source.Path, info, new ReadOptions { Frames = [frame], Limits = settings.Media }, stop))
            {
                using (one)
                {
                    context.Response.Headers.CacheControl = "private, max-age=3600";
                    return TypedResults.Bytes(await EncodeAsync(one.Image, width, settings.Media, stop), "image/jpeg");
                }
            }

            return Problem.Of(StatusCodes.Status404NotFound, $"Frame {frame} of '{video}' cannot be read.");
        }
        catch (SourceException refused)
        {
            return Problem.Of(StatusCodes.Status404NotFound, refused.Message);
        }
        catch (MediaException broken)
        {
            return Problem.Of(StatusCodes.Status404NotFound, $"'{video}' cannot be shown: {broken.Message}");
        }
    }

    private static async Task<byte[]> EncodeAsync(RgbImage image, int? width, MediaLimits limits, CancellationToken stop)
    {
        if (width is not { } most || most >= image.Width) return await JpegWriter.WriteAsync(image, limits, stop);
        using var small = image.ResizeBicubic(most, Math.Max(1, (int)Math.Round((double)image.Height * most / image.Width)));
        return await JpegWriter.WriteAsync(small, limits, stop);
    }
}
