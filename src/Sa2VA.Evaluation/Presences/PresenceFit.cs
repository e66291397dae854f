using Sa2VA.Cluster.Verification;

namespace Sa2VA.Evaluation.Presences;

/// <summary>
/// Fits <see cref="PresenceModel"/> to sentences with known truth: logistic regression by Newton's method with a ridge, present and absent
/// sentences weighing the same in all, then the widest thresholds with which conclusions are right often enough, were both kinds as frequent. Answers in
/// words are weighed where there are some.
/// </summary>
public static class PresenceFit
{
    /// <summary>Share of the conclusions of a kind that have to be right on the data that is fitted to.</summary>
    public const double Precision = 0.9;

    // Keeps the weights of features that separate the two kinds without error from growing without bound.
    private const double Ridge = 0.1;

    private const int Rounds = 100;

    /// <summary>Fits.</summary>
    /// <param name="sentences">What is known of each, and whether what it means is there.</param>
    /// <exception cref="EvaluationException">There are none of one kind.</exception>
    public static PresenceModel Of(IReadOnlyList<(PresenceEvidence Evidence, bool IsThere)> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var there = sentences.Count(one => one.IsThere);
        if (there == 0 || there == sentences.Count)
            throw new EvaluationException($"{sentences.Count} verified sentence(s), {there} of them about something that is there: a calibration needs both kinds. Use a dataset with absent expressions, and more videos.");
        var features = sentences.Any(one => one.Evidence.SaidYes is not null) ? PresenceModel.Features.Count : PresenceModel.LeastFeatures;
        var rows = sentences.Select(one => (
            X: PresenceModel.FeaturesOf(one.Evidence)[..features], Y: one.IsThere ? 1.0 : 0.0, Weight: sentences.Count / 2.0 / (one.IsThere ? there : sentences.Count - there))).ToList();
        var weights = new double[features];
        for (var round = 0; round < Rounds; round++)
        {
            var step = Step(rows, weights);
            for (var i = 0; i < weights.Length; i++) weights[i] += step[i];
            if (step.Max(Math.Abs) < 1e-9) break;
        }

        var model = new PresenceModel([.. weights.Select(weight => Math.Round(weight, 4))], 1, 0);
        var called = sentences.Select((one, i) => (P: model.Probability(one.Evidence), one.IsThere, rows[i].Weight)).OrderBy(one => one.P).ToList();
        var present = Widest(called.AsEnumerable().Reverse(), one => one.IsThere) ?? 1;
        var absent = Widest(called, one => !one.IsThere) ?? 0;
        // Where they would overlap everything is decided, in the middle.
        if (absent >= present) (absent, present) = ((absent + present) / 2 - 1e-6, (absent + present) / 2);
        return model with { PresentFrom = present, AbsentTo = Math.Max(0, absent) };
    }

    /// <summary>The last probability of a run from one end of which at least <see cref="Precision"/> is right; equal ones stand together.</summary>
    private static double? Widest(IEnumerable<(double P, bool IsThere, double Weight)> ordered, Func<(double P, bool IsThere, double Weight), bool> isRight)
    {
        var (all, right) = (0.0, 0.0);
        double? widest = null;
        foreach (var equal in ordered.GroupBy(one => one.P))
        {
            all += equal.Sum(one => one.Weight);
            right += equal.Where(isRight).Sum(one => one.Weight);
            if (right >= Precision * all) widest = equal.Key;
        }

        return widest;
    }

    /// <summary>Newton's step: the solution of (XᵀWX + ridge) s = Xᵀ(y - p) - ridge · w. The constant is not held back.</summary>
    private static double[] Step(List<(double[] X, double Y, double Weight)> rows, double[] weights)
    {
        var n = weights.Length;
        var (matrix, right) = (new double[n, n], new double[n]);
        for (var i = 1; i < n; i++) (matrix[i, i], right[i]) = (Ridge, -Ridge * weights[i]);
        matrix[0, 0] = 1e-6;
        foreach (var (x, y, weight) in rows)
        {
            var p = 1 / (1 + Math.Exp(-x.Zip(weights, static (a, b) => a * b).Sum()));
            for (var i = 0; i < n; i++)
            {
                right[i] += weight * x[i] * (y - p);
                for (var j = 0; j < n; j++) matrix[i, j] += weight * p * (1 - p) * x[i] * x[j];
            }
        }

        return Solve(matrix, right);
    }

    /// <summary>Gauss elimination; the matrix is symmetric and positive definite, so no row has to be swapped.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        var n = right.Length;
        for (var i = 0; i < n; i++)
        {
            for (var row = i + 1; row < n; row++)
            {
                var factor = matrix[row, i] / matrix[i, i];
                for (var column = i; column < n; column++) matrix[row, column] -= factor * matrix[i, column];
                right[row] -= factor * right[i];
            }
        }

        var solution = new double[n];
        for (var i = n - 1; i >= 0; i--)
        {
            var rest = right[i];
            for (var j = i + 1; j < n; j++) rest -= matrix[i, j] * solution[j];
            solution[i] = rest / matrix[i, i];
        }

        return solution;
    }
}
