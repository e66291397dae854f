using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Gateway.Videos;

/// <summary>What was found in a video: its objects, and their masks as a stream, as JSON of one frame, or as a picture of it.</summary>
internal static class MaskEndpoints
{
    private const int MostNumbered = 254;

    public static void Map(IEndpointRouteBuilder api)
    {
        var video = api.MapGroup("/videos/{video}").WithTags("masks").RequireAuthorization(Scope.Read);
        video.MapGet("/objects", ObjectsAsync).WithName("getObjects").WithSummary("What was found, and what the model said.").Produces<FoundBody>().ProducesProblem(StatusCodes.Status404NotFound);
        video.MapGet("/masks", StreamAsync).WithName("streamMasks").WithSummary("The stored masks, a JSON line per frame.").Produces<FrameBody>(contentType: "application/x-ndjson");
        video.MapGet("/frames/{frame:int}/masks", FrameAsync).WithName("getFrameMasks").WithSummary("The masks of one frame.").Produces<FrameBody>().ProducesProblem(StatusCodes.Status404NotFound);
        video.MapGet("/frames/{frame:int}/mask.png", PictureAsync).WithName("getFramePicture").WithSummary("The masks of one frame as a picture: of one object white on black, of all with DAVIS's palette.")
            .Produces(StatusCodes.Status200OK, contentType: "image/png").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ObjectsAsync(string video, HttpRequest request, KnownVideos videos, CancellationToken stop) =>
        await videos.FindAsync(video, stop) is { } found ? ETagged.Json(request, FoundBody.Of(video, found)) : NothingYet(video);

    private static async Task<IResult> StreamAsync(
        string video, HttpContext context, KnownVideos videos, ClusterConnection cluster, StreamSlots slots, IOptions<JsonOptions> json, CancellationToken stop, int? from = null, int? to = null, int? @object = null)
    {
        if (await videos.FindAsync(video, stop) is not { } found) return NothingYet(video);
        if (@object is { } wanted && !found.Objects.Any(one => one.Id == wanted)) return NoObject(video, wanted);
        using var slot = slots.TryTake(context.User);
        if (slot is null) return StreamSlots.Refusal();
        context.Response.ContentType = "application/x-ndjson";
        // A whole video would take the place of what is asked for again and again.
        await foreach (var step in found.ReadThrough(cluster.Results, video).Masks.ReadAsync(stop))
        {
            if (step.Frame < from) continue;
            if (step.Frame > to) break;
            await JsonSerializer.SerializeAsync(context.Response.Body, FrameBody.Of(step, @object), json.Value.SerializerOptions, stop);
            await context.Response.Body.WriteAsync("\n"u8.ToArray(), stop);
        }

        return TypedResults.Empty;
    }

    private static async Task<IResult> FrameAsync(string video, int frame, HttpRequest request, KnownVideos videos, CancellationToken stop, int? @object = null)
    {
        var (step, problem) = await FindAsync(video, frame, @object, videos, stop);
        return step is null ? problem! : ETagged.Json(request, FrameBody.Of(step, @object));
    }

    private static async Task<IResult> PictureAsync(string video, int frame, KnownVideos videos, CancellationToken stop, int? @object = null)
    {
        var (step, problem) = await FindAsync(video, frame, @object, videos, stop);
        if (step is null) return problem!;
        var (height, width) = (step.Masks[0].Rle.Height, step.Masks[0].Rle.Width);
        var pixels = new byte[height * width];
        if (@object is null && step.Masks.Max(mask => mask.ObjectId) > MostNumbered)
            return Problem.Of(StatusCodes.Status400BadRequest, $"A palette picture holds {MostNumbered} objects; ask for one with ?object=N.");
        foreach (var mask in step.Masks.Where(mask => @object is null || mask.ObjectId == @object))
        {
            var set = RleCodec.Decode(mask.Rle);
            for (var i = 0; i < set.Length; i++)
            {
                if (set[i] != 0) pixels[i] = @object is null ? (byte)mask.ObjectId : byte.MaxValue;
            }
        }

        var picture = new MemoryStream();
        if (@object is null) PngWriter.WriteIndexed(picture, width, height, pixels);
        else PngWriter.WriteGray(picture, width, height, pixels);
        return TypedResults.Bytes(picture.ToArray(), "image/png");
    }

    /// <summary>One stored step, from the one block of each object that holds it.</summary>
    private static async Task<(StoredStep? Step, IResult? Problem)> FindAsync(string video, int frame, int? wanted, KnownVideos videos, CancellationToken stop)
    {
        if (await videos.FindAsync(video, stop) is not { } found) return (null, NothingYet(video));
        if (wanted is { } id && !found.Objects.Any(one => one.Id == id)) return (null, NoObject(video, id));
        if (found is { IsComplete: true, Objects.Count: 0 }) return (null, Problem.Of(StatusCodes.Status404NotFound, $"'{video}' has no masks: what was asked about it is answered in words."));
        if (found.Frames.StepOf(frame) is not { } step || step >= found.StepsDone)
            return (null, Problem.Of(StatusCodes.Status404NotFound, $"'{video}' has no masks of frame {frame}: {found.StepsDone} of {found.StepsTotal} frames are tracked, from frame {found.Frames.First} by {found.Frames.Stride}."));
        return (await found.Masks.ReadStepAsync(step, stop), null);
    }

    private static IResult NothingYet(string video) => Problem.Of(StatusCodes.Status404NotFound, $"Nothing is known of the content of '{video}': there is no such video, or no node has opened it yet.");

    internal static IResult NoObject(string video, int id) => Problem.Of(StatusCodes.Status404NotFound, $"'{video}' has no object {id}.");
}
