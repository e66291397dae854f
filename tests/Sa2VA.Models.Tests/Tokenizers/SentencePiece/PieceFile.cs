using System.Text;
using Sa2VA.Models.Tokenizers.SentencePiece;

namespace Sa2VA.Models.Tests.Tokenizers.SentencePiece;

/// <summary>Bytes of a <c>tokenizer.model</c> as the library writes them, independent of the product's own writer: fields that we do not read included.</summary>
internal static class PieceFile
{
    public static byte[] Of(SentencePieceModel model)
    {
        var bytes = new List<byte>();
        foreach (var piece in model.Pieces)
            bytes.AddRange(Field(1, [.. Field(1, Encoding.UTF8.GetBytes(piece.Text)), 0x15, .. BitConverter.GetBytes(piece.Score), .. piece.Kind == PieceKind.Normal ? [] : Number(3, (int)piece.Kind)]));
        bytes.AddRange(Field(2,
        [
            .. Field(1, "corpus.txt"u8.ToArray()), .. Field(2, "tokenizer"u8.ToArray()), .. Number(3, (int)model.Algorithm), .. Number(4, model.Pieces.Count),
            0x55, .. BitConverter.GetBytes(0.9995f), .. Number(35, model.ByteFallback ? 1 : 0), .. Number(40, 0), .. Number(41, model.BeginId), .. Number(42, model.EndId), .. Number(43, -1),
            .. Field(44, Encoding.UTF8.GetBytes(model.UnknownSurface)),
        ]));
        bytes.AddRange(Field(3,
        [
            .. Field(1, "identity"u8.ToArray()), .. Field(2, model.CharacterMap.ToArray()), .. Number(3, model.AddDummyPrefix ? 1 : 0),
            .. Number(4, model.RemoveExtraWhitespaces ? 1 : 0), .. Number(5, model.EscapeWhitespaces ? 1 : 0),
        ]));
        bytes.AddRange(Field(4, []));
        return [.. bytes];
    }

    /// <summary>A double array (Darts) of replacements, each node's children in a block of 256 units of its own, and the replacements after it.</summary>
    public static byte[] CharacterMap(params (string From, string To)[] replacements)
    {
        var units = new List<uint>(new uint[256]);
        var texts = new List<byte>();
        Add(0, [.. replacements.Select(pair => (Encoding.UTF8.GetBytes(pair.From), pair.To))], depth: 0);
        return [.. BitConverter.GetBytes(units.Count * 4), .. units.SelectMany(BitConverter.GetBytes), .. texts];

        void Add(int node, List<(byte[] From, string To)> below, int depth)
        {
            var block = units.Count;
            units.AddRange(new uint[256]);
            var leaf = below.FirstOrDefault(pair => pair.From.Length == depth);
            units[node] |= (uint)(node ^ block) << 10 | (leaf.From is null ? 0u : 1u << 8);
            if (leaf.From is not null)
            {
                units[block] = 1u << 31 | (uint)texts.Count;
                texts.AddRange([.. Encoding.UTF8.GetBytes(leaf.To), 0]);
            }

            foreach (var group in below.Where(pair => pair.From.Length > depth).GroupBy(pair => pair.From[depth]))
            {
                units[block ^ group.Key] = group.Key;
                Add(block ^ group.Key, [.. group], depth + 1);
            }
        }
    }

    private static byte[] Field(int number, byte[] content) => [.. Varint((ulong)number << 3 | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int number, long value) => [.. Varint((ulong)number << 3), .. Varint(unchecked((ulong)value))];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value > 127; value /= 128)
            yield return (byte)(value % 128 + 128);
        yield return (byte)value;
    }
}
