using System.Globalization;

namespace Sa2VA.Media;

/// <summary>A fraction as containers store rates and time bases. <c>0/0</c> and <c>n/0</c> mean "unknown".</summary>
public readonly record struct Rational(long Numerator, long Denominator)
{
    /// <summary>Whether the fraction says anything.</summary>
    public bool IsKnown => Numerator > 0 && Denominator > 0;

    /// <summary>The quotient; 0 when unknown.</summary>
    public double Value => Denominator == 0 ? 0 : (double)Numerator / Denominator;

    /// <summary>Reads <c>30000/1001</c>; anything else is unknown.</summary>
    public static Rational Parse(string? text)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash > 0
            && long.TryParse(text.AsSpan(0, slash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
            && long.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var d)
            ? new Rational(n, d) : default;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
