using System.Globalization;
using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Reports;

namespace Sa2VA.Evaluation.Captions.Reports;

/// <summary>The scores of splits as rows and columns of text. All are in per cent, CIDEr too, as papers have it: its highest value is 1000.</summary>
public sealed class CaptionTable
{
    private const string Undefined = "–";

    /// <summary>What reports call METEOR: without WordNet and its table of paraphrases it has two modules of four.</summary>
    public const string Meteor = "METEOR (exact, stem)";

    /// <summary>Makes the table.</summary>
    /// <param name="splits">At least one; all with the same measure of phrases.</param>
    public CaptionTable(IReadOnlyList<CaptionScores> splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        Columns =
        [
            new("images", "images with a caption"),
            new(Meteor, "words in common with the caption of the dataset, by themselves or by their stems"),
            new("CIDEr", "CIDEr-D: n-grams in common, weighted by rareness"),
            new("AP50", "average precision of the masks at an IoU of 0.5"),
            new("mIoU", "mean intersection over union of paired masks, mean over images"),
            new(Recall(splits[0]), "share of the phrases found with a mask of IoU 0.5 or more and similar words"),
        ];
        Rows = [.. splits.Select(split => new ScoreTable.Row(split.Name, Cells(split)))];
    }

    /// <summary>The columns after the name.</summary>
    public IReadOnlyList<ScoreTable.Column> Columns { get; }

    /// <summary>A row for each split.</summary>
    public IReadOnlyList<ScoreTable.Row> Rows { get; }

    /// <summary>What reports call the recall of a split: by which measure phrases were compared.</summary>
    public static string Recall(CaptionScores split) => $"recall ({split.Similarity})";

    private static IReadOnlyList<string> Cells(CaptionScores split) =>
    [
        split.Images.Count.ToString("N0", CultureInfo.InvariantCulture),
        .. ((double?[])[split.Meteor, split.Cider, split.AP50, split.MeanIoU, split.Recall]).Select(share => ScoreTable.Percent(share) ?? Undefined),
    ];
}
