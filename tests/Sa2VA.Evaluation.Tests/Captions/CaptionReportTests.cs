using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Sa2VA.Evaluation.Captions.Predictions;
using Sa2VA.Evaluation.Captions.Reports;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Reports.Cases;
using Sa2VA.Evaluation.Running;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class CaptionReportTests : IDisposable
{
    private const string Nasty = "A <b>box</b> & \"more\" \u0001";

    private readonly GcgFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_table_names_its_measures_and_is_in_per_cent()
    {
        var (report, _) = await MakeAsync(_folder.Perfect);
        var table = new CaptionTable(report.Splits);
        Assert.Equal(["images", "METEOR (exact, stem)", "CIDEr", "AP50", "mIoU", "recall (stem overlap)"], table.Columns.Select(column => column.Title));
        var row = Assert.Single(table.Rows);
        Assert.Equal("gcg/val", row.Name);
        Assert.Equal(["3", "100.0", "1000.0", "100.0", "100.0", "100.0"], row.Cells);
    }

    [Fact]
    public async Task The_json_has_every_number()
    {
        var (report, _) = await MakeAsync(Changed());
        using var file = new MemoryStream();
        CaptionReportJson.Write(file, report);
        using var json = JsonDocument.Parse(file.ToArray());
        var root = json.RootElement;
        Assert.Equal(["format", "version", "created", "predictions", "settings", "missing", "splits"], root.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("sa2va-caption-evaluation", 1, "given", "error"), (root.GetProperty("format").GetString(), root.GetProperty("version").GetInt32(), root.GetProperty("predictions").GetString(), root.GetProperty("missing").GetString()));
        var split = root.GetProperty("splits")[0];
        Assert.Equal(["name", "skipped", "measures", "overall", "images"], split.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"meteor":"exact, stem","cider":"CIDEr-D","recall":"stem overlap"}""", JsonSerializer.Serialize(split.GetProperty("measures")));
        Assert.Equal(["images", "phrases", "trueMasks", "masks", "meteor", "cider", "ap50", "mIoU", "recall"], split.GetProperty("overall").EnumerateObject().Select(member => member.Name));
        Assert.Equal((3, 5, 5, 3, 0.6), (Overall("images"), Overall("phrases"), Overall("trueMasks"), Overall("masks"), Overall("recall")));
        var image = split.GetProperty("images")[0];
        Assert.Equal(("one", Nasty, 0, 2), (image.GetProperty("id").GetString(), image.GetProperty("caption").GetString(), image.GetProperty("found").GetInt32(), image.GetProperty("phrases").GetInt32()));

        double Overall(string name) => split.GetProperty("overall").GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task The_page_is_well_formed_shows_pictures_and_keeps_sentences_sentences()
    {
        var (report, cases) = await MakeAsync(Changed());
        Assert.Equal([(CaseKind.Best, "two"), (CaseKind.Median, "three"), (CaseKind.Worst, "one")], cases.Select(one => (one.Kind, one.Score.Id)));
        using var file = new MemoryStream();
        CaptionPage.Write(file, report, [cases]);
        var text = Encoding.UTF8.GetString(file.ToArray());
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var page = XDocument.Load(reader);
        Assert.DoesNotContain("<b>box", text, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("p"), p => p.Value == $"“{Nasty.Replace('\u0001', '\uFFFD')}”");
        Assert.Equal(3, page.Descendants("img").Count());
        Assert.Contains(page.Descendants("th"), cell => cell.Value == CaptionTable.Meteor);
        Assert.Contains("the official recall compares by BERT", page.Descendants("footer").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_pictures_there_is_a_report_too()
    {
        Directory.Delete(_folder.At("images"), recursive: true);
        var dataset = Datasets.GcgOpener.Open(_folder.At());
        var scores = await CaptionEvaluator.ScoreAsync(dataset, _folder.Perfect, new EvaluationOptions(), similarity: null, progress: null, Stop);
        Assert.All(await CaptionCases.DrawAsync(scores, dataset, _folder.Perfect, Stop), one => Assert.Null(one.Picture));
    }

    /// <summary>The first picture gets a caption without a mask, which is hard to write down.</summary>
    private GivenCaptions Changed() => _folder.Perfect.With("one", new CaptionPrediction(Nasty, [], []));

    private async Task<(CaptionReport Report, IReadOnlyList<CaptionCase> Cases)> MakeAsync(ICaptionPredictions predictions)
    {
        var scores = await CaptionEvaluator.ScoreAsync(_folder.Dataset, predictions, new EvaluationOptions(), similarity: null, progress: null, Stop);
        var report = new CaptionReport(predictions.Name, [new("device", "cpu")], MissingPredictions.Error, DateTimeOffset.UnixEpoch, [scores]);
        return (report, await CaptionCases.DrawAsync(scores, _folder.Dataset, predictions, Stop));
    }
}
