using System.Globalization;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary><c>boxes.csv</c>: a row per object and frame, also where nothing is seen; boxes are empty there.</summary>
internal sealed class CsvFormat(ExportFolder folder) : IExportFormat
{
    private const string Header = "video,object,label,frame,pts,seconds,x,y,width,height,area,object_score,predicted_iou";

    private readonly GrowingFile _file = folder.Text("boxes.csv");

    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        if (_file.IsEmpty) await _file.WriteLineAsync(Header, cancellationToken);
        var labels = video.Objects.ToDictionary(one => one.Id, one => Quote(one.Label));
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            foreach (var mask in step.Masks)
            {
                var box = RleGeometry.Box(mask.Rle) is { } b ? string.Create(CultureInfo.InvariantCulture, $"{b.X},{b.Y},{b.Width},{b.Height}") : ",,,";
                await _file.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture,
                        $"{video.Name},{mask.ObjectId},{labels[mask.ObjectId]},{step.Frame},{step.Pts},{step.Seconds:0.######},{box},{RleCodec.Area(mask.Rle)},{mask.ObjectScore:R},{mask.PredictedIou:R}"),
                    cancellationToken);
            }

            frames.Report(step.Step + 1);
        }
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken)
    {
        _file.Finish();
        return Task.FromResult<IReadOnlyList<string>>([_file.Path]);
    }

    // Always quoted, as RFC 4180 has it: sentences have commas. A leading apostrophe keeps spreadsheets from taking a sentence for a formula.
    private static string Quote(string text) =>
        $"\"{(text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? "'" : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ")}\"";
}
