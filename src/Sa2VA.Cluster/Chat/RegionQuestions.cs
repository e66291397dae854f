using System.Globalization;
using System.Text.RegularExpressions;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Chat;

/// <summary>
/// Questions about regions that were shown, <c>region1</c> being the first. On a frame where not all of them are to be seen the model counts
/// only those that are, so numbers are put anew for each frame. Pure.
/// </summary>
internal static partial class RegionQuestions
{
    /// <summary>Refuses questions about regions that there are not.</summary>
    /// <exception cref="RunException">A question mentions one.</exception>
    public static void Check(IReadOnlyList<string> questions, int regions)
    {
        foreach (var question in questions)
        {
            if (string.IsNullOrWhiteSpace(question))
                throw new RunException(RunFailureKind.Settings, "A question is empty. Ask something, for example \"What is region1 doing?\".");
            if (NumbersIn(question).Where(number => number < 1 || number > regions).Select(number => (int?)number).FirstOrDefault() is { } odd)
                throw new RunException(RunFailureKind.Settings, string.Create(CultureInfo.InvariantCulture, $"'{question}' asks about region{odd}, but {regions} were shown: region1{(regions > 1 ? $" to region{regions}" : "")}."));
        }
    }

    /// <summary>What to ask on a frame: as written, and as the model is asked.</summary>
    /// <param name="questions">What a person wrote; without any, a description of each region.</param>
    /// <param name="visible">The regions to be seen there, from 1, in rising order; at least one.</param>
    public static IReadOnlyList<(string Written, string Asked)> On(IReadOnlyList<string> questions, IReadOnlyList<int> visible)
    {
        var written = questions.Count > 0
            ? questions
            : [.. visible.Select(number => string.Create(CultureInfo.InvariantCulture, $"Please give me a short description of the region in the picture marked by region{number}."))];
        return [.. written.Where(question => NumbersIn(question).All(visible.Contains)).Select(question => (question, Renumbered(question, visible)))];
    }

    private static string Renumbered(string question, IReadOnlyList<int> visible)
    {
        var places = visible.Index().ToDictionary(one => one.Item, one => one.Index + 1);
        return Region().Replace(question, found => string.Create(CultureInfo.InvariantCulture, $"{found.Groups["word"].Value}{places[Number(found)]}"));
    }

    private static IEnumerable<int> NumbersIn(string question) => Region().Matches(question).Select(Number);

    private static int Number(Match found) => int.TryParse(found.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    [GeneratedRegex(@"\b(?<word>region)(?<number>\d+)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Region();
}
