using System.Globalization;

namespace Sa2VA.Media;

/// <summary>Whether the names of frames put them into the order that is meant.</summary>
internal static class PictureNames
{
    /// <summary>Throws when two pictures share a name, or when names differ in a number without leading zeros, so that 10 comes before 2.</summary>
    /// <param name="folder">For the message.</param>
    /// <param name="files">Sorted by name without extension.</param>
    public static void CheckOrder(string folder, IReadOnlyList<string> files)
    {
        for (var i = 1; i < files.Count; i++)
        {
            var (before, name) = (Path.GetFileNameWithoutExtension(files[i - 1]), Path.GetFileNameWithoutExtension(files[i]));
            if (before == name)
            {
                throw new MediaException(MediaErrorKind.Unsupported,
                    $"'{folder}' has two pictures called '{name}': '{Path.GetFileName(files[i - 1])}' and '{Path.GetFileName(files[i])}'. Keep frames and masks in folders of their own.");
            }

            if (IsOutOfOrder(before, name))
            {
                throw new MediaException(MediaErrorKind.Unsupported,
                    $"In '{folder}', '{before}' comes before '{name}', because names are compared letter by letter. Number the frames with leading zeros, as 00002, 00010.");
            }
        }
    }

    /// <summary>Both are the same text around a number, and the numbers fall.</summary>
    private static bool IsOutOfOrder(string before, string name)
    {
        var (prefix, number, suffix) = Split(before);
        var (otherPrefix, otherNumber, otherSuffix) = Split(name);
        return number is not null && otherNumber is not null && prefix == otherPrefix && suffix == otherSuffix && number > otherNumber;
    }

    /// <summary>The last run of digits and what is around it; no number where there is none, or one too long to be a count.</summary>
    private static (string Prefix, long? Number, string Suffix) Split(string name)
    {
        var end = name.Length;
        while (end > 0 && !char.IsAsciiDigit(name[end - 1])) end--;
        var start = end;
        while (start > 0 && char.IsAsciiDigit(name[start - 1])) start--;
        long? number = long.TryParse(name.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return (name[..start], number, name[end..]);
    }
}
