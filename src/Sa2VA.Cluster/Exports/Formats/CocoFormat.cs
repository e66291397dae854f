using System.Text.Json.Nodes;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary>
/// <c>instances.json</c> as pycocotools reads it: an image per frame, an annotation with run lengths per object that is seen on it, a
/// category per sentence. Beyond COCO: <c>videos</c>, and on images and annotations the video and the track that they belong to.
/// </summary>
internal sealed class CocoFormat : IExportFormat
{
    private readonly ExportFolder _folder;
    private readonly GrowingFile _videos;
    private readonly GrowingFile _categories;
    private readonly GrowingFile _images;
    private readonly GrowingFile _annotations;
    private readonly Dictionary<string, long> _categoryIds = new(StringComparer.Ordinal);

    public CocoFormat(ExportFolder folder)
    {
        _folder = folder;
        (_videos, _categories, _images, _annotations) = (folder.Text("videos.part"), folder.Text("categories.part"), folder.Text("images.part"), folder.Text("annotations.part"));
        foreach (var line in _categories.ReadLines())
        {
            var category = JsonNode.Parse(line)!;
            _categoryIds[(string)category["name"]!] = (long)category["id"]!;
        }
    }

    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        var videoId = _folder.Next("video");
        await Line(_videos, new JsonObject { ["id"] = videoId, ["name"] = video.Name, ["width"] = video.Width, ["height"] = video.Height });
        var expressions = video.Expressions;
        var categories = new Dictionary<int, long>();
        foreach (var one in video.Objects)
            categories[one.Id] = await CategoryAsync(expressions[video.NumberOf(one)], cancellationToken);
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            var imageId = _folder.Next("image");
            await Line(_images, new JsonObject
            {
                ["id"] = imageId, ["file_name"] = $"{video.Name}/{ExportFrames.NameOf(step)}.jpg", ["width"] = video.Width, ["height"] = video.Height,
                ["video_id"] = videoId, ["frame_index"] = step.Frame, ["seconds"] = Math.Round(step.Seconds, 6),
            });
            foreach (var mask in step.Masks)
            {
                // COCO's tools have no place for a mask without pixels.
                if (RleGeometry.Box(mask.Rle) is not { } box) continue;
                await Line(_annotations, new JsonObject
                {
                    ["id"] = _folder.Next("annotation"), ["image_id"] = imageId, ["category_id"] = categories[mask.ObjectId], ["video_id"] = videoId, ["track_id"] = mask.ObjectId,
                    ["iscrowd"] = 0, ["area"] = RleCodec.Area(mask.Rle), ["bbox"] = new JsonArray(box.X, box.Y, box.Width, box.Height),
                    ["segmentation"] = new JsonObject { ["size"] = new JsonArray(mask.Rle.Height, mask.Rle.Width), ["counts"] = mask.Rle.Counts },
                    ["object_score"] = mask.ObjectScore, ["predicted_iou"] = mask.PredictedIou,
                });
            }

            frames.Report(step.Step + 1);
        }

        Task Line(GrowingFile file, JsonObject value) => file.WriteLineAsync(value.ToJsonString(), cancellationToken);
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder.Path, "instances.json");
        ExportFiles.Join(
            path, ",", "\n]}\n",
            [
                ("{\"info\":{\"description\":\"masks of Sa2VA.Cluster\"},\n\"videos\":[", _videos), ("\n],\n\"categories\":[", _categories),
                ("\n],\n\"images\":[", _images), ("\n],\n\"annotations\":[", _annotations),
            ]);
        return Task.FromResult<IReadOnlyList<string>>([path]);
    }

    private async Task<long> CategoryAsync(string expression, CancellationToken cancellationToken)
    {
        if (_categoryIds.TryGetValue(expression, out var id)) return id;
        _categoryIds.Add(expression, id = _folder.Next("category"));
        await _categories.WriteLineAsync(new JsonObject { ["id"] = id, ["name"] = expression, ["supercategory"] = "expression" }.ToJsonString(), cancellationToken);
        return id;
    }
}
