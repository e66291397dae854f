using Microsoft.AspNetCore.Http.Features;
using Sa2VA.Cluster.Gateway.Problems;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway.Uploads;

/// <summary>Small videos of callers.</summary>
internal static class UploadEndpoints
{
    private const int LongestName = 200;
    private const int RetrySeconds = 10;

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/uploads", UploadAsync).RequireAuthorization(Scope.Submit).WithTags("uploads").WithName("uploadVideo")
        .WithSummary("Give the cluster a small video; the answer says what a job calls it.").Accepts<Stream>("application/octet-stream", "video/*").Produces<UploadBody>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> UploadAsync(HttpRequest request, UploadStore store, CancellationToken stop, string? name = null)
    {
        if (store.Settings is not { } settings) return Problem.Of(StatusCodes.Status404NotFound, "This gateway takes no uploads; its setting 'uploads' names a folder for them.");
        if (name is { Length: 0 or > LongestName }) return Problem.Of(StatusCodes.Status400BadRequest, $"name has {name.Length} characters; it may have 1 to {LongestName}.");
        if (request.ContentLength > settings.MaxBytes) return TooLarge(settings);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = settings.MaxBytes;
        using var slot = store.TryTake();
        if (slot is null)
        {
            request.HttpContext.Response.Headers.RetryAfter = $"{RetrySeconds}";
            return Problem.Of(StatusCodes.Status429TooManyRequests, "Too many uploads at the moment. Try again soon.");
        }

        try
        {
            var (upload, isNew) = await store.KeepAsync(request.Body, name, stop);
            return isNew ? TypedResults.Created((string?)null, upload) : TypedResults.Ok(upload);
        }
        catch (UploadTooLargeException)
        {
            return TooLarge(settings);
        }
        catch (UploadFolderFullException)
        {
            return Problem.Of(StatusCodes.Status409Conflict, "The folder of uploads is full. Whoever runs the gateway has to make room.");
        }
        catch (MediaException broken)
        {
            return Problem.Of(StatusCodes.Status422UnprocessableEntity, $"This is no video that can be read: {broken.Message}");
        }
    }

    private static IResult TooLarge(UploadSettings settings) => Problem.Of(StatusCodes.Status413PayloadTooLarge, $"An upload may have {settings.MaxBytes} bytes; larger videos go into a folder that the nodes read.");
}

/// <summary>An upload.</summary>
/// <param name="Video">What a job calls it.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Hash of its content.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Frames">How many.</param>
/// <param name="Seconds">How long it plays.</param>
/// <param name="FramesPerSecond">Rate.</param>
/// <param name="Codec">How it is compressed.</param>
public sealed record UploadBody(string Video, string? Name, long Bytes, string Sha256, int Width, int Height, long Frames, double Seconds, double FramesPerSecond, string Codec);
