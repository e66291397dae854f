using Sa2VA.Datasets;
using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Running;

/// <summary>Scores predictions against a dataset.</summary>
public static class Evaluator
{
    /// <summary>Scores every video. The first failure ends the evaluation.</summary>
    /// <exception cref="EvaluationException">Predictions are missing or do not fit, or the dataset has no truth.</exception>
    /// <exception cref="DatasetException">The dataset cannot be read.</exception>
    public static async Task<SplitScores> ScoreAsync(
        IReferringDataset dataset, IPredictions predictions, EvaluationOptions options, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        var videos = dataset.Videos;
        if (videos.FirstOrDefault(v => !v.HasTruth) is { } hidden)
        {
            throw new EvaluationException(
                $"'{dataset.Name}' has no masks for video '{hidden.Id}', so it cannot be scored here. If they are kept on a server, write what it takes with --submission DIR.");
        }

        var scores = new IReadOnlyList<ExpressionScore>[videos.Count];
        await PredictAsync(dataset, predictions, options, progress, (i, found, token) => scores[i] = VideoScorer.Score(predictions.Name, videos[i], found, options.Missing, token), cancellationToken);
        var expressions = scores.SelectMany(s => s).ToList();
        return expressions.Count > 0
            ? new SplitScores(dataset.Name, expressions, skipped: videos.Sum(v => v.Expressions.Count) - expressions.Count)
            : throw new EvaluationException($"'{predictions.Name}' has no prediction for any expression of '{dataset.Name}'. Names of videos and expressions, or sentences, must be those of the dataset.");
    }

    /// <summary>Reads the predictions of every video and scores none: for what predictions leave behind, see <see cref="SubmissionFolder"/>.</summary>
    /// <exception cref="EvaluationException">Predictions are missing or do not fit.</exception>
    public static Task PredictAsync(
        IReferringDataset dataset, IPredictions predictions, EvaluationOptions options, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
        => PredictAsync(dataset, predictions, options, progress, static (_, _, _) => { }, cancellationToken);

    private static async Task PredictAsync(
        IReferringDataset dataset, IPredictions predictions, EvaluationOptions options, IProgress<EvaluationProgress>? progress,
        Action<int, IReadOnlyDictionary<string, Prediction>, CancellationToken> use, CancellationToken cancellationToken)
    {
        var videos = dataset.Videos;
        if (videos.Count == 0) throw new EvaluationException($"'{dataset.Name}' has no video.");
        var tally = new Tally(videos, progress);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Jobs, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, videos.Count), parallel, async (i, token) =>
        {
            use(i, await predictions.ReadAsync(videos[i], tally.Of(i), token), token);
            tally.Finish(i);
        });
    }

    /// <summary>Adds up what the videos report, from any thread.</summary>
    private sealed class Tally(IReadOnlyList<ReferringVideo> videos, IProgress<EvaluationProgress>? progress)
    {
        private readonly Lock _gate = new();
        private readonly int[] _frames = new int[videos.Count];
        private readonly int _total = videos.Sum(v => v.FrameNames.Count);
        private int _done;
        private int _found;
        private int _finished;

        public IProgress<int> Of(int video) => new Part(this, video);

        public void Finish(int video)
        {
            lock (_gate)
            {
                _finished++;
                // Whoever works on a video tells so on the way.
                if (_frames[video] == 0) _found += videos[video].FrameNames.Count;
                Advance(video, videos[video].FrameNames.Count);
            }
        }

        private void Advance(int video, int frames)
        {
            lock (_gate)
            {
                _done += frames - _frames[video];
                _frames[video] = frames;
                progress?.Report(new EvaluationProgress(_done, _total, _found, _finished, videos.Count));
            }
        }

        // Progress<T> would hand reports to the thread pool, out of order.
        private sealed class Part(Tally tally, int video) : IProgress<int>
        {
            public void Report(int value) => tally.Advance(video, value);
        }
    }
}
