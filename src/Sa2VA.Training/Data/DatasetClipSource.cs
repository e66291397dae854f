using Sa2VA.Datasets;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Training.Data;

/// <summary>
/// Clips of a dataset on disk, for fine-tuning: every video once in an order of its own, then all again in another. Videos without
/// published masks are left out.
/// </summary>
public sealed class DatasetClipSource : IClipSource
{
    private readonly ulong _seed;
    private readonly IReadOnlyList<ReferringVideo> _videos;
    private readonly Lock _gate = new();
    private (long Round, int[] Order) _current;

    /// <param name="dataset">The dataset.</param>
    /// <param name="seed">Decides the orders, and which expressions are taken of a video with very many.</param>
    /// <exception cref="DatasetException">No video of it has masks.</exception>
    public DatasetClipSource(IReferringDataset dataset, ulong seed = 0)
    {
        _seed = seed;
        _videos = [.. dataset.Videos.Where(video => video.HasTruth && video.FrameNames.Count > 0 && video.Expressions.Any(DatasetClip.CanBeAsked))];
        if (_videos.Count == 0)
            throw new DatasetException($"There is nothing to learn from in '{dataset.Name}': no video has both expressions and published masks. Name the split that is meant for training.");
        _current = (-1, []);
    }

    public IReadOnlyList<int> ClassSizes => [];

    /// <summary>Number of videos that are learnt from.</summary>
    public int VideoCount => _videos.Count;

    public TrainingClip Clip(long number)
    {
        var (round, place) = Math.DivRem(number, _videos.Count);
        var random = new SampleRandom(_seed, (ulong)number);
        return new DatasetClip(_videos[OrderOf(round)[(int)place]], ref random);
    }

    public IEnumerable<string> Texts(int clips)
    {
        foreach (var turn in _videos.Take(clips).SelectMany(video => video.Expressions).Where(DatasetClip.CanBeAsked).SelectMany(expression => DatasetClip.Conversation(expression, things: 1)))
        {
            yield return QuestionTemplate.Apply(turn.Question);
            yield return turn.Answer;
        }
    }

    private int[] OrderOf(long round)
    {
        lock (_gate)
        {
            if (_current.Round != round)
            {
                var order = Enumerable.Range(0, _videos.Count).ToArray();
                var random = new SampleRandom(~_seed, (ulong)round);    // not a stream that a clip's choices take
                random.Shuffle<int>(order);
                _current = (round, order);
            }

            return _current.Order;
        }
    }
}
