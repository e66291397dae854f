// Sums up a test run: what was skipped and why, what failed, line and branch coverage per assembly, and one closing line.
// Usage: Sa2VA.TestReport FOLDER, the folder being dotnet test's results (trx files and cobertura reports below it).
using Sa2VA.TestReport;

if (args is not [var folder] || !Directory.Exists(folder))
{
    Console.Error.WriteLine("usage: Sa2VA.TestReport FOLDER");
    return 2;
}

var outcome = Outcome.Read(folder);
foreach (var skipped in outcome.SkippedTests)
    Console.WriteLine($"skipped  {skipped}");
foreach (var failed in outcome.FailedTests)
    Console.WriteLine($"FAILED   {failed}");

Console.WriteLine();
Coverage.Read(folder).Print(Console.Out);
Console.WriteLine();
if (outcome.Missing.Count > 0)
    Console.WriteLine($"no results from: {string.Join(", ", outcome.Missing)} (the run crashed or did not build)");
Console.WriteLine($"{outcome.Passed} passed, {outcome.Failed + outcome.Missing.Count} failed, {outcome.Skipped} skipped");
return outcome.Failed > 0 || outcome.Missing.Count > 0 || outcome.Passed == 0 ? 1 : 0;
