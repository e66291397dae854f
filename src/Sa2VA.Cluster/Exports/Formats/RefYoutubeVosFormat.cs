using System.Globalization;
using System.Text.Json.Nodes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary>
/// <c>Annotations/VIDEO/EXPRESSION/00000.png</c>, 255 where anything is that the sentence means, and <c>meta_expressions.json</c>: what the
/// servers of Ref-YouTube-VOS and MeViS take, and what readers of those datasets read.
/// </summary>
internal sealed class RefYoutubeVosFormat(ExportFolder folder) : IExportFormat
{
    private const byte Meant = 255;

    private readonly GrowingFile _meta = folder.Text("meta_expressions.part");

    private string Annotations => Path.Combine(folder.Path, "Annotations");

    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        var expressions = video.Expressions.OrderBy(pair => pair.Key).ToList();
        var targets = video.Objects.ToDictionary(one => one.Id, video.NumberOf);
        var names = new JsonArray();
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            names.Add(ExportFrames.NameOf(step));
            foreach (var (target, _) in expressions)
            {
                var path = Path.Combine(Annotations, video.Name, target.ToString(CultureInfo.InvariantCulture), ExportFrames.NameOf(step) + ".png");
                if (keep && File.Exists(path)) continue;
                var mask = RleCodec.Decode(RleUnion.Of([.. step.Masks.Where(one => targets[one.ObjectId] == target).Select(one => one.Rle)]));
                for (var i = 0; i < mask.Length; i++) mask[i] *= Meant;
                ExportFiles.Write(path, stream => PngWriter.WriteGray(stream, video.Width, video.Height, mask));
            }

            frames.Report(step.Step + 1);
        }

        var said = new JsonObject(expressions.Select(pair => KeyValuePair.Create(
            pair.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)new JsonObject { ["exp"] = pair.Value })));
        await _meta.WriteLineAsync($"{JsonValue.Create(video.Name).ToJsonString()}:{new JsonObject { ["expressions"] = said, ["frames"] = names }.ToJsonString()}", cancellationToken);
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder.Path, "meta_expressions.json");
        ExportFiles.Join(path, ",", "\n}}\n", [("{\"videos\":{", _meta)]);
        return Task.FromResult<IReadOnlyList<string>>([Annotations, path]);
    }
}
