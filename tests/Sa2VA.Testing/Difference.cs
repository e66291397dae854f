using Sa2VA.Tensors;

namespace Sa2VA.Testing;

/// <summary>How far a tensor is from the expected one, and where it is furthest off.</summary>
public sealed record Difference
{
    /// <summary>Largest absolute difference; infinite when one value is not a number and the other is, or when the shapes differ.</summary>
    public required double Largest { get; init; }

    /// <summary>Mean absolute difference.</summary>
    public required double Mean { get; init; }

    /// <summary>Values beyond the tolerance.</summary>
    public required long Beyond { get; init; }

    /// <summary>Values compared.</summary>
    public required long Count { get; init; }

    /// <summary>Where the largest difference is and what stands there, or why nothing could be compared.</summary>
    public required string Where { get; init; }

    /// <summary>The tolerance asked for.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Whether every value is within the tolerance.</summary>
    public bool IsAccepted => Beyond == 0;

    /// <summary>Compares two tensors of any element types.</summary>
    public static Difference Between(Tensor expected, Tensor actual, double tolerance, double relative = 0)
    {
        if (!expected.shape.AsSpan().SequenceEqual(actual.shape))
        {
            return new Difference
            {
                Largest = double.PositiveInfinity, Mean = double.PositiveInfinity, Beyond = 1, Count = 0, Tolerance = tolerance,
                Where = $"shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", expected.shape)}]",
            };
        }

        var (left, right) = (expected.ToArray<double>(), actual.ToArray<double>());
        var (largest, sum, worst, beyond) = (0.0, 0.0, 0, 0L);
        for (var i = 0; i < left.Length; i++)
        {
            // Equality first: infinities and the pair of two NaNs have no difference that could be computed.
            var difference = left[i].Equals(right[i]) ? 0 : Math.Abs(left[i] - right[i]);
            if (double.IsNaN(difference))
                difference = double.PositiveInfinity;
            sum += difference;
            // Negated, so that a limit that is no number (an expected value that is infinite or none) accepts nothing but equality.
            if (difference > 0 && !(difference <= tolerance + relative * Math.Abs(left[i])))
                beyond++;
            if (difference > largest)
                (largest, worst) = (difference, i);
        }

        return new Difference
        {
            Largest = largest, Mean = left.Length == 0 ? 0 : sum / left.Length, Beyond = beyond, Count = left.Length, Tolerance = tolerance,
            Where = left.Length == 0 ? "no elements" : $"at [{string.Join(", ", Coordinates(worst, expected.shape))}]: {right[worst]:g6}, expected {left[worst]:g6}",
        };
    }

    /// <summary>One line for a test's output.</summary>
    public override string ToString() =>
        $"largest difference {Largest:g3} (allowed {Tolerance:g3}), mean {Mean:g3}, {Beyond} of {Count} beyond, {Where}";

    private static long[] Coordinates(long flat, long[] shape)
    {
        var coordinates = new long[shape.Length];
        for (var d = shape.Length - 1; d >= 0; d--)
            (flat, coordinates[d]) = (flat / shape[d], flat % shape[d]);
        return coordinates;
    }
}
