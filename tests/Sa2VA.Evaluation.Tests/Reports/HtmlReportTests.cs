using System.Text;
using System.Xml;
using System.Xml.Linq;
using Sa2VA.Evaluation.Reports.Html;
using Sa2VA.Media;

namespace Sa2VA.Evaluation.Tests.Reports;

public sealed class HtmlReportTests
{
    // Elements that HTML closes by itself; of every other one "<x/>" would only be the opening tag. SVG has its own rules.
    private static readonly string[] Void = ["meta", "img", "br", "rect", "line"];

    [Fact]
    public async Task The_page_is_well_formed_for_browsers_and_needs_nothing_from_elsewhere()
    {
        var (text, page) = await PageAsync();
        Assert.StartsWith("<!DOCTYPE html", text, StringComparison.Ordinal);
        Assert.Equal("html", page.Root!.Name.LocalName);
        Assert.Equal("en", page.Root.Attribute("lang")?.Value);
        Assert.All(page.Descendants().Where(e => e.IsEmpty), e => Assert.Contains(e.Name.LocalName, Void));
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("link"));
        Assert.All(page.Descendants("img"), image => Assert.StartsWith("data:image/png;base64,", image.Attribute("src")!.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("http", text.Replace("data:image/png;base64", "", StringComparison.Ordinal)[..4000], StringComparison.Ordinal);
        // What XML would escape, a browser would not unescape in a style.
        Assert.DoesNotContain(page.Descendants("style").Single().Value, c => c is '<' or '>' or '&');
        Assert.Contains("prefers-color-scheme: dark", page.Descendants("style").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sentences_stay_sentences()
    {
        var (text, page) = await PageAsync();
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>\"red\"", text, StringComparison.Ordinal);
        Assert.Contains(page.Descendants("p"), p => p.Value == $"“{SampleReport.Nasty.Replace('\u0001', '\uFFFD')}”");
    }

    [Fact]
    public async Task Each_level_shows_its_best_median_and_worst_case_with_pictures_that_decode()
    {
        var (_, page) = await PageAsync();
        var cases = page.Descendants("article").ToArray();
        Assert.Equal(9, cases.Length);
        Assert.Equal(["Best", "Median", "Worst"], cases.Take(3).Select(c => c.Descendants("span").First().Value));
        var images = cases.Select(c => c.Descendants("img").ToArray()).ToArray();
        Assert.All(images, strip => Assert.Equal(5, strip.Length));
        foreach (var image in images.SelectMany(i => i))
        {
            var png = PngReader.Read(Convert.FromBase64String(image.Attribute("src")!.Value["data:image/png;base64,".Length..]), "picture");
            Assert.Equal((288, 192), (png.Width, png.Height));
            Assert.Equal(("288", "192"), (image.Attribute("width")!.Value, image.Attribute("height")!.Value));
            Assert.NotEqual("", image.Attribute("alt")?.Value ?? "");
        }

        var sample = await SampleReport.MakeAsync();
        Assert.Equal(["v0", "v2", "v3"], sample.Strips.Take(3).Select(s => s.Case.Score.VideoId));
        Assert.Contains("nothing found", cases[5].Value, StringComparison.Ordinal);
        Assert.Contains("rightly nothing found", cases[6].Value, StringComparison.Ordinal);
        Assert.Contains("found something on 33.3 % of frames", cases[8].Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_and_charts_carry_the_scores_in_words_too()
    {
        var (_, page) = await PageAsync();
        var sample = await SampleReport.MakeAsync();
        var levels = page.Descendants("table").First();
        Assert.Equal(["Attribute", "Motion", "Absent", "Overall"], levels.Descendants("tbody").Single().Descendants("th").Select(th => th.Value));
        Assert.Contains((sample.Split.Overall.JAndF!.Value * 100).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture), levels.Value, StringComparison.Ordinal);
        var charts = page.Descendants("svg").ToArray();
        Assert.Equal(3, charts.Length);
        Assert.All(charts, svg => Assert.Equal("img", svg.Attribute("role")?.Value));
        Assert.Contains("8 expressions", charts[0].Attribute("aria-label")!.Value, StringComparison.Ordinal);
        Assert.Equal(8, charts[0].Descendants("title").Sum(t => int.Parse(t.Value.Split(": ")[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<(string Text, XDocument Page)> PageAsync()
    {
        var sample = await SampleReport.MakeAsync();
        using var file = new MemoryStream();
        HtmlReport.Write(file, sample.Report, [sample.Strips]);
        var text = Encoding.UTF8.GetString(file.ToArray());
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return (text, XDocument.Load(reader));
    }
}
