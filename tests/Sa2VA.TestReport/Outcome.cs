using System.Xml.Linq;

namespace Sa2VA.TestReport;

/// <summary>Counts and names from the trx files of a run.</summary>
internal sealed record Outcome(
    int Passed, int Failed, int Skipped, IReadOnlyList<string> FailedTests, IReadOnlyList<string> SkippedTests, IReadOnlyList<string> Missing)
{
    public static Outcome Read(string folder)
    {
        int passed = 0, failed = 0, skipped = 0;
        var failedTests = new List<string>();
        var skippedTests = new List<string>();
        var missing = new List<string>();
        foreach (var project in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var file = Path.Combine(project, Path.GetFileName(project) + ".trx");
            if (!File.Exists(file))
            {
                missing.Add(Path.GetFileName(project));
                continue;
            }

            var document = XDocument.Load(file);
            foreach (var result in document.Descendants().Where(element => element.Name.LocalName == "UnitTestResult"))
            {
                var name = (string?)result.Attribute("testName") ?? "?";
                switch ((string?)result.Attribute("outcome"))
                {
                    case "Passed":
                        passed++;
                        break;
                    case "NotExecuted":
                        skipped++;
                        skippedTests.Add($"{name}: {Text(result, "StdOut") ?? Text(result, "Message") ?? "no reason given"}");
                        break;
                    default:
                        failed++;
                        failedTests.Add($"{name}: {Text(result, "Message")}");
                        break;
                }
            }

            // A host that crashed leaves its tests out of the list and says so in the summary.
            var summary = document.Descendants().FirstOrDefault(element => element.Name.LocalName == "ResultSummary");
            if ((string?)summary?.Attribute("outcome") is "Error" or "Aborted" or "Failed" && failed == 0)
                missing.Add(Path.GetFileName(project));
        }

        return new Outcome(passed, failed, skipped, failedTests, skippedTests, missing);
    }

    private static string? Text(XElement result, string name) =>
        result.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim().ReplaceLineEndings(" ");
}
