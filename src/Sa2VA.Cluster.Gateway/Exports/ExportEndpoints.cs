using System.IO.Compression;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;
using Sa2VA.Cluster.Gateway.Pixels;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Gateway.Videos;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Sources;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway.Exports;

/// <summary>Masks in the formats of other programs, and over the video's own pixels.</summary>
internal static class ExportEndpoints
{
    private static readonly Dictionary<string, ExportFormat> Formats = new(StringComparer.Ordinal)
    {
        ["coco"] = ExportFormat.Coco, ["ref-youtube-vos"] = ExportFormat.RefYoutubeVos, ["mevis"] = ExportFormat.RefYoutubeVos, ["davis"] = ExportFormat.Davis, ["cvat"] = ExportFormat.Cvat,
        ["csv"] = ExportFormat.Csv, ["mask-video"] = ExportFormat.MaskVideo, ["overlay"] = ExportFormat.Overlay, ["cutouts"] = ExportFormat.Cutouts, ["masks"] = ExportFormat.Masks,
    };

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".json"] = "application/json", [".xml"] = "application/xml", [".csv"] = "text/csv; charset=utf-8", [".mp4"] = "video/mp4", [".mkv"] = "video/x-matroska", [".png"] = "image/png", [".zip"] = "application/zip",
    };

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/jobs/{job}/exports/{format}", ExportAsync).RequireAuthorization(Scope.Read).WithTags("exports").WithName("exportJob").WithSummary("A job's masks in the format of another program.")
            .Produces(StatusCodes.Status200OK, contentType: "application/zip").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapGet("/videos/{video}/overlay.mp4", OverlayAsync).RequireAuthorization(Scope.Read).WithTags("exports").WithName("getOverlay").WithSummary("The masks over the video's own pixels, of all objects or of one.")
            .Produces(StatusCodes.Status200OK, contentType: "video/mp4").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ExportAsync(
        string job, string format, HttpContext context, ClusterConnection cluster, ShownVideos shown, RenderSlots slots, GatewaySettings settings, CancellationToken stop, string? video = null)
    {
        if (!Formats.TryGetValue(format, out var chosen)) return Problem.Of(StatusCodes.Status404NotFound, $"There is no format '{format}'; there are {string.Join(", ", Formats.Keys)}.");
        if (await cluster.Jobs.FindJobAsync(job, stop) is not { } view) return Problem.NoJob(job);
        if (view.ByState.GetValueOrDefault(VideoState.Completed) == 0) return Problem.Of(StatusCodes.Status409Conflict, $"No video of '{job}' is completed yet.");
        return await SendAsync(chosen, job, video, $"{job}-{format}", only: null, context, cluster, shown, slots, settings, stop);
    }

    private static async Task<IResult> OverlayAsync(
        string video, HttpContext context, ClusterConnection cluster, ShownVideos shown, RenderSlots slots, GatewaySettings settings, KnownVideos videos, CancellationToken stop,
        int? @object = null)
    {
        if (await cluster.Jobs.FindVideoAsync(video, stop) is not { } view) return Problem.NoVideo(video);
        if (view.State != VideoState.Completed) return Problem.Of(StatusCodes.Status409Conflict, $"'{video}' is {view.State.ToString().ToLowerInvariant()}; only completed ones are rendered.");
        if (@object is { } id && (await videos.FindAsync(video, stop))?.Objects.Any(one => one.Id == id) != true) return MaskEndpoints.NoObject(video, id);
        return await SendAsync(ExportFormat.Overlay, view.JobId, video, @object is null ? video : $"{video}-{@object}", @object, context, cluster, shown, slots, settings, stop);
    }

    private static async Task<IResult> SendAsync(
        ExportFormat format, string job, string? video, string name, int? only, HttpContext context, ClusterConnection cluster, ShownVideos shown, RenderSlots slots, GatewaySettings settings, CancellationToken stop)
    {
        using var slot = slots.TryTake();
        if (slot is null) return RenderSlots.Refusal(context);
        using var folder = ExportScratch.Make(settings);
        try
        {
            var videos = new ClusterVideos(cluster.Jobs, cluster.Journal, cluster.Results, shown.OpenAsync).ReadAsync(job, video is null ? null : [video], stop);
            await Export.WriteAsync(format, folder.Files, only is { } one ? videos.Select(whole => whole.Only(one)) : videos, progress: null, stop);
        }
        catch (Exception refused) when (refused is ExportException or MediaException)
        {
            return Problem.Of(StatusCodes.Status409Conflict, refused.Message);
        }
        catch (SourceException refused)
        {
            return Problem.Of(StatusCodes.Status404NotFound, refused.Message);
        }

        await WriteAsync(context.Response, folder, name, stop);
        return TypedResults.Empty;
    }

    /// <summary>One file as it is, several as a zip.</summary>
    private static async Task WriteAsync(HttpResponse response, ExportScratch folder, string name, CancellationToken stop)
    {
        var file = Directory.GetFiles(folder.Files, "*", SearchOption.AllDirectories) is [var only] ? only : folder.Zip;
        if (file == folder.Zip) await ZipFile.CreateFromDirectoryAsync(folder.Files, folder.Zip, CompressionLevel.Fastest, includeBaseDirectory: false, stop);
        var extension = Path.GetExtension(file);
        response.ContentType = Types.GetValueOrDefault(extension, "application/octet-stream");
        response.ContentLength = new FileInfo(file).Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "private, no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}{extension}\"";
        await response.SendFileAsync(file, stop);
    }
}
