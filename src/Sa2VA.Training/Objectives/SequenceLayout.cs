using Sa2VA.Training.Data;

namespace Sa2VA.Training.Objectives;

/// <summary>Where the tokens of a batch's conversations stand: rows of equal length, [B, n], filled up at the end.</summary>
internal sealed class SequenceLayout
{
    private const int FillUp = -1;

    private readonly int[][] _turnOf;

    /// <param name="prefix">What stands before the questions, the same for every clip.</param>
    /// <param name="clips">The turns.</param>
    /// <param name="placeholder">The id at which vision features stand.</param>
    public SequenceLayout(int[] prefix, IReadOnlyList<ClipSample> clips, int placeholder)
    {
        Length = prefix.Length + clips.Max(clip => clip.Turns.Sum(turn => turn.Ids.Length));
        Ids = new long[clips.Count * Length];
        Positions = new float[clips.Count * Length];
        _turnOf = new int[clips.Count][];
        for (var row = 0; row < clips.Count; row++)
        {
            var start = (long)row * Length;
            var turnOf = _turnOf[row] = new int[Length];
            Array.Fill(turnOf, FillUp);
            for (var i = 0; i < prefix.Length; i++)
            {
                (Ids[start + i], Positions[start + i], turnOf[i]) = (prefix[i], i, 0);
                if (prefix[i] == placeholder)
                    Placeholders.Add(start + i);
            }

            var at = prefix.Length;
            for (var number = 0; number < clips[row].Turns.Count; number++)
            {
                var turn = clips[row].Turns[number];
                for (var i = 0; i < turn.Ids.Length; i++)
                    (Ids[start + at + i], Positions[start + at + i], turnOf[at + i]) = (turn.Ids[i], prefix.Length + i, number + 1);
                for (var i = 0; i < turn.Ids.Length - turn.AnswerStart; i++)
                {
                    var (before, token) = (start + at + turn.AnswerStart + i - 1, turn.Ids[turn.AnswerStart + i]);
                    if (turn.IsSpoken)
                        (turn.IsSurvey[i] ? Surveyed : Learned).Add((before, token));
                    if (turn.Looks.Count > 0 && turn.Looks[i].Length > 0)
                        Lookers.Add((before, turn.Looks[i]));
                }

                if (turn.Segmentation >= 0)
                    Segmentations.Add(start + at + turn.Segmentation);
                at += turn.Ids.Length;
            }
        }
    }

    /// <summary>n</summary>
    public int Length { get; }

    /// <summary>[B·n]</summary>
    public long[] Ids { get; }

    /// <summary>[B·n] each token's place, as if its turn followed the frames at once.</summary>
    public float[] Positions { get; }

    /// <summary>Flat places of the vision features, in their order.</summary>
    public List<long> Placeholders { get; } = [];

    /// <summary>Flat places whose state should foretell a token.</summary>
    public List<(long Row, long Token)> Learned { get; } = [];

    /// <summary>The same for the tokens that say what is seen.</summary>
    public List<(long Row, long Token)> Surveyed { get; } = [];

    /// <summary>Flat places from which an answer is said, with the visual tokens that show what it is about.</summary>
    public List<(long Row, bool[] Tokens)> Lookers { get; } = [];

    /// <summary>Flat places of <c>[SEG]</c>, clip by clip and turn by turn.</summary>
    public List<long> Segmentations { get; } = [];

    /// <summary>[lookers · n]: 1 at the visual tokens that each should look at.</summary>
    public float[] Looks()
    {
        var columns = Placeholders.TakeWhile(place => place < Length).ToArray();
        var looks = new float[Lookers.Count * Length];
        for (var i = 0; i < Lookers.Count; i++)
        {
            for (var token = 0; token < columns.Length; token++)
                looks[i * Length + columns[token]] = Lookers[i].Tokens[token] ? 1 : 0;
        }

        return looks;
    }

    /// <summary>[B·n·n]: 0 where a token sees another (the frames and its own turn so far), <paramref name="hidden"/> elsewhere.</summary>
    public float[] Mask(float hidden)
    {
        var mask = new float[_turnOf.Length * Length * Length];
        for (var row = 0; row < _turnOf.Length; row++)
        {
            var turnOf = _turnOf[row];
            for (var i = 0; i < Length; i++)
            {
                var line = mask.AsSpan((row * Length + i) * Length, Length);
                line.Fill(hidden);
                for (var j = 0; j <= i; j++)
                {
                    if (turnOf[j] == 0 || turnOf[j] == turnOf[i])
                        line[j] = 0;
                }
            }
        }

        return mask;
    }
}
