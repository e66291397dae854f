using System.Globalization;
using System.Security;
using System.Text;
using Sa2VA.Cluster.Results;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Exports.Formats;

/// <summary>
/// <c>annotations.xml</c>, "CVAT for images 1.1": an image per frame with a mask per object that is seen; the sentence is its label. CVAT's
/// video format knows no masks, hence images.
/// </summary>
internal sealed class CvatFormat : IExportFormat
{
    private readonly ExportFolder _folder;
    private readonly GrowingFile _labels;
    private readonly GrowingFile _images;
    private readonly HashSet<string> _known;

    public CvatFormat(ExportFolder folder)
    {
        _folder = folder;
        (_labels, _images) = (folder.Text("labels.part"), folder.Text("images.part"));
        _known = new HashSet<string>(_labels.ReadLines(), StringComparer.Ordinal);
    }

    public async Task AddAsync(ExportVideo video, bool keep, IProgress<int> frames, CancellationToken cancellationToken)
    {
        var expressions = video.Expressions;
        var labels = video.Objects.ToDictionary(one => one.Id, one => expressions[video.NumberOf(one)]);
        foreach (var line in labels.Values.Select(Label).Where(_known.Add))
            await _labels.WriteLineAsync(line, cancellationToken);
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            await _images.WriteLineAsync(
                $"<image id=\"{_folder.Next("image") - 1}\" name=\"{Escape(video.Name)}/{ExportFrames.NameOf(step)}.jpg\" width=\"{video.Width}\" height=\"{video.Height}\">", cancellationToken);
            foreach (var mask in step.Masks)
            {
                if (RleGeometry.Box(mask.Rle) is { } box) await _images.WriteLineAsync(Mask(labels[mask.ObjectId], mask, box), cancellationToken);
            }

            await _images.WriteLineAsync("</image>", cancellationToken);
            frames.Report(step.Step + 1);
        }
    }

    public Task<IReadOnlyList<string>> FinishAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(_folder.Path, "annotations.xml");
        ExportFiles.Join(
            path, "", "\n</annotations>\n",
            [
                ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n<version>1.1</version>\n<meta><task><labels>", _labels),
                ("\n</labels></task></meta>", _images),
            ]);
        return Task.FromResult<IReadOnlyList<string>>([path]);
    }

    private static string Label(string text) => $"<label><name>{Escape(text)}</name><type>mask</type><attributes></attributes></label>";

    /// <summary>CVAT's run lengths: inside the box, row by row, the first run counts zeros.</summary>
    private static string Mask(string label, StoredMask mask, PixelBox box)
    {
        var set = RleCodec.Decode(mask.Rle);
        var runs = new StringBuilder();
        var (run, current) = (0, (byte)0);
        for (var y = box.Y; y < box.Y + box.Height; y++)
        {
            foreach (var pixel in set.AsSpan(y * mask.Rle.Width + box.X, box.Width))
            {
                if (pixel != current)
                {
                    Append();
                    (run, current) = (0, pixel);
                }

                run++;
            }
        }

        Append();
        return $"<mask label=\"{Escape(label)}\" source=\"auto\" occluded=\"0\" rle=\"{runs}\" left=\"{box.X}\" top=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" z_order=\"{mask.ObjectId}\"></mask>";

        void Append() => runs.Append(CultureInfo.InvariantCulture, $"{(runs.Length == 0 ? "" : ", ")}{run}");
    }

    // What XML cannot hold at all, as a control character in a sentence, is left out, and so are line breaks: a label is a line.
    private static string Escape(string text) =>
        SecurityElement.Escape(string.Concat(text.EnumerateRunes().Where(rune => rune.Value is 9 or >= 32 and not 0xFFFE and not 0xFFFF).Select(rune => rune.ToString())))!;
}
