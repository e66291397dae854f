using System.Diagnostics.CodeAnalysis;

namespace Sa2VA.Cluster.Gateway;

/// <summary>A word of an enumeration in an address, whatever its case; numbers are none.</summary>
internal readonly record struct Choice<T>(T Value) : IParsable<Choice<T>>
    where T : struct, Enum
{
    public static Choice<T> Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var choice)
        ? choice : throw new FormatException($"'{s}' is none of {string.Join(", ", Enum.GetNames<T>())}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Choice<T> result)
    {
        var known = s?.Length > 0 && char.IsAsciiLetter(s[0]) && Enum.TryParse<T>(s, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : (T?)null;
        result = new Choice<T>(known.GetValueOrDefault());
        return known is not null;
    }
}
