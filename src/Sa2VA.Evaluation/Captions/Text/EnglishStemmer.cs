namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>
/// Porter's second stemmer for English (Snowball "english"), which METEOR's stem module uses: <c>sitting</c> and <c>sits</c> become
/// <c>sit</c>. Works on small letters.
/// </summary>
public static class EnglishStemmer
{
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["skis"] = "ski", ["skies"] = "sky", ["dying"] = "die", ["lying"] = "lie", ["tying"] = "tie", ["idly"] = "idl", ["gently"] = "gentl", ["ugly"] = "ugli",
        ["early"] = "earli", ["only"] = "onli", ["singly"] = "singl",
        ["sky"] = "sky", ["news"] = "news", ["howe"] = "howe", ["atlas"] = "atlas", ["cosmos"] = "cosmos", ["bias"] = "bias", ["andes"] = "andes",
    };

    private static readonly HashSet<string> DoneAfterPlural = new(StringComparer.Ordinal) { "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed" };

    // Of several endings that fit, the longest counts; so the lists are in that order.
    private static readonly (string Ending, string Instead)[] Second =
    [
        ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"),
        ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"), ("anci", "ance"),
        ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Ending, string Instead)[] Third =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""), ("ical", "ic"), ("ness", ""), ("ful", ""),
    ];

    private static readonly string[] Fourth = ["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic"];

    /// <summary>The stem of a word.</summary>
    public static string Of(string word)
    {
        if (word.Length <= 2) return word;
        if (word[0] == '\'') word = word[1..];
        if (Exceptions.TryGetValue(word, out var exception)) return exception;
        // A 'y' that sounds as a consonant is written 'Y' meanwhile.
        var stem = MarkConsonants(word);
        var (r1, r2) = Regions(stem);
        stem = WithoutPlural(WithoutApostrophe(stem));
        if (DoneAfterPlural.Contains(stem)) return stem;
        stem = WithoutPast(stem, r1);
        if (stem.Length > 2 && stem[^1] is 'y' or 'Y' && !IsVowel(stem[^2])) stem = stem[..^1] + "i";
        stem = WithoutSecond(stem, r1);
        stem = WithoutThird(stem, r1, r2);
        stem = WithoutFourth(stem, r2);
        return WithoutLast(stem, r1, r2).ToLowerInvariant();
    }

    private static string WithoutApostrophe(string word)
    {
        foreach (var ending in (ReadOnlySpan<string>)["'s'", "'s", "'"])
        {
            if (word.EndsWith(ending, StringComparison.Ordinal)) return word[..^ending.Length];
        }

        return word;
    }

    private static string WithoutPlural(string word) => word switch
    {
        [.., 's', 's', 'e', 's'] => word[..^2],
        [.., 'i', 'e', 'd'] or [.., 'i', 'e', 's'] => word.Length > 4 ? word[..^2] : word[..^1],
        [.., 'u', 's'] or [.., 's', 's'] => word,
        // A vowel must come before, but not just before: "gas" and "this" stay.
        [.., 's'] when HasVowel(word[..^2]) => word[..^1],
        _ => word,
    };

    private static string WithoutPast(string word, int r1)
    {
        foreach (var ending in (ReadOnlySpan<string>)["eedly", "eed"])
        {
            if (word.EndsWith(ending, StringComparison.Ordinal)) return word.Length - ending.Length >= r1 ? word[..^ending.Length] + "ee" : word;
        }

        foreach (var ending in (ReadOnlySpan<string>)["ingly", "edly", "ing", "ed"])
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            if (!HasVowel(stem)) return word;
            return stem switch
            {
                [.., 'a', 't'] or [.., 'b', 'l'] or [.., 'i', 'z'] => stem + "e",
                [.., var a, var b] when a == b && "bdfgmnprt".Contains(a, StringComparison.Ordinal) => stem[..^1],
                _ => IsShortWord(stem, r1) ? stem + "e" : stem,
            };
        }

        return word;
    }

    private static string WithoutSecond(string word, int r1)
    {
        foreach (var (ending, instead) in Second)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            if (stem.Length < r1) return word;
            return ending switch
            {
                "ogi" => stem.EndsWith('l') ? stem + instead : word,
                "li" => stem.Length > 0 && "cdeghkmnrt".Contains(stem[^1], StringComparison.Ordinal) ? stem : word,
                _ => stem + instead,
            };
        }

        return word;
    }

    private static string WithoutThird(string word, int r1, int r2)
    {
        foreach (var (ending, instead) in Third)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            return stem.Length < r1 || (ending == "ative" && stem.Length < r2) ? word : stem + instead;
        }

        return word;
    }

    private static string WithoutFourth(string word, int r2)
    {
        foreach (var ending in Fourth)
        {
            if (!word.EndsWith(ending, StringComparison.Ordinal)) continue;
            var stem = word[..^ending.Length];
            return stem.Length < r2 || (ending == "ion" && stem is not ([.., 's'] or [.., 't'])) ? word : stem;
        }

        return word;
    }

    private static string WithoutLast(string word, int r1, int r2)
    {
        var length = word.Length - 1;
        return word switch
        {
            [.., 'e'] when length >= r2 || (length >= r1 && !EndsInShortSyllable(word[..^1])) => word[..^1],
            [.., 'l', 'l'] when length >= r2 => word[..^1],
            _ => word,
        };
    }

    private static string MarkConsonants(string word)
    {
        var letters = word.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] == 'y' && (i == 0 || IsVowel(letters[i - 1]))) letters[i] = 'Y';
        }

        return new string(letters);
    }

    /// <summary>Where the two regions begin in which endings may be cut: each after the first consonant that follows a vowel.</summary>
    private static (int R1, int R2) Regions(string word)
    {
        var r1 = 0;
        foreach (var beginning in (ReadOnlySpan<string>)["gener", "commun", "arsen"])
        {
            if (word.StartsWith(beginning, StringComparison.Ordinal)) r1 = beginning.Length;
        }

        if (r1 == 0) r1 = After(0);
        return (r1, After(r1));

        int After(int start)
        {
            for (var i = start + 1; i < word.Length; i++)
            {
                if (!IsVowel(word[i]) && IsVowel(word[i - 1])) return i + 1;
            }

            return word.Length;
        }
    }

    private static bool IsShortWord(string word, int r1) => r1 >= word.Length && EndsInShortSyllable(word);

    private static bool EndsInShortSyllable(string word) => word switch
    {
        [var first, var last] => IsVowel(first) && !IsVowel(last),
        [.., var before, var vowel, var last] => !IsVowel(before) && IsVowel(vowel) && !IsVowel(last) && last is not ('w' or 'x' or 'Y'),
        _ => false,
    };

    private static bool HasVowel(string word) => word.Any(IsVowel);

    private static bool IsVowel(char letter) => letter is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';
}
