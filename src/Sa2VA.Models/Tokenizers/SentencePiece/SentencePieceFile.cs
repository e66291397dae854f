using System.Buffers.Binary;
using System.Text;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>Reads and writes <c>tokenizer.model</c>.</summary>
public static class SentencePieceFile
{
    public const string Name = "tokenizer.model";

    private const int MostBytes = 256 << 20;

    /// <exception cref="ModelFolderException">The file is damaged, or of an algorithm that is not supported.</exception>
    public static SentencePieceModel Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MostBytes)
                throw new ModelFolderException($"'{file}' is larger than {MostBytes >> 20} MiB, which no tokenizer file is.");
            return Parse(File.ReadAllBytes(file));
        }
        catch (FormatException damage)
        {
            throw new ModelFolderException($"'{file}' is not a SentencePiece model: {damage.Message}. Fetch the file again.", damage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException($"'{file}' cannot be read: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">The bytes are no model that can be used; the message says why.</exception>
    public static SentencePieceModel Parse(ReadOnlyMemory<byte> bytes)
    {
        var pieces = new List<Piece>();
        var model = new SentencePieceModel { Pieces = pieces };
        var fields = new ProtobufFields(bytes.Span);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1:
                    pieces.Add(ParsePiece(fields.Message));
                    break;
                case 2:
                    model = Trained(model, fields.Message);
                    break;
                case 3:
                    model = Normalized(model, fields.Message);
                    break;
            }
        }

        return pieces.Count > 0 ? model : throw new FormatException("it has no pieces");
    }

    /// <summary>Writes a model into an existing folder.</summary>
    public static void Write(SentencePieceModel model, string folder)
    {
        using var file = File.Create(Path.Combine(folder, Name));
        foreach (var piece in model.Pieces)
        {
            using var entry = new MemoryStream();
            WriteBytes(entry, 1, Encoding.UTF8.GetBytes(piece.Text));
            entry.WriteByte(2 << 3 | 5);
            var score = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(score, piece.Score);
            entry.Write(score);
            WriteInteger(entry, 3, (int)piece.Kind);
            WriteBytes(file, 1, entry.ToArray());
        }

        using var trainer = new MemoryStream();
        WriteInteger(trainer, 3, (int)model.Algorithm);
        WriteInteger(trainer, 24, model.WhitespaceAsSuffix ? 1 : 0);
        WriteInteger(trainer, 35, model.ByteFallback ? 1 : 0);
        WriteInteger(trainer, 41, model.BeginId);
        WriteInteger(trainer, 42, model.EndId);
        WriteBytes(trainer, 44, Encoding.UTF8.GetBytes(model.UnknownSurface));
        WriteBytes(file, 2, trainer.ToArray());

        using var normalizer = new MemoryStream();
        WriteBytes(normalizer, 2, model.CharacterMap.Span);
        WriteInteger(normalizer, 3, model.AddDummyPrefix ? 1 : 0);
        WriteInteger(normalizer, 4, model.RemoveExtraWhitespaces ? 1 : 0);
        WriteInteger(normalizer, 5, model.EscapeWhitespaces ? 1 : 0);
        WriteBytes(file, 3, normalizer.ToArray());
    }

    private static Piece ParsePiece(ReadOnlySpan<byte> message)
    {
        var piece = new Piece("", 0);
        var fields = new ProtobufFields(message);
        while (fields.Next())
        {
            piece = fields.Field switch
            {
                1 => piece with { Text = Encoding.UTF8.GetString(fields.Message) },
                2 => piece with { Score = float.IsFinite(fields.Single) ? fields.Single : throw new FormatException($"the score of piece '{piece.Text}' is no number") },
                3 => piece with { Kind = Enum.IsDefined((PieceKind)fields.Integer) ? (PieceKind)fields.Integer : throw new FormatException($"piece '{piece.Text}' is of the unknown kind {fields.Integer}") },
                _ => piece,
            };
        }

        return piece;
    }

    private static SentencePieceModel Trained(SentencePieceModel model, ReadOnlySpan<byte> message)
    {
        var fields = new ProtobufFields(message);
        while (fields.Next())
        {
            model = fields.Field switch
            {
                3 => model with
                {
                    Algorithm = Enum.IsDefined((PieceAlgorithm)fields.Integer)
                        ? (PieceAlgorithm)fields.Integer
                        : throw new FormatException($"it is of the kind {fields.Integer}; 1 (unigram) and 2 (byte pairs) are supported"),
                },
                24 => model with { WhitespaceAsSuffix = fields.Flag },
                35 => model with { ByteFallback = fields.Flag },
                41 => model with { BeginId = fields.Integer },
                42 => model with { EndId = fields.Integer },
                44 => model with { UnknownSurface = Encoding.UTF8.GetString(fields.Message) },
                _ => model,
            };
        }

        return model;
    }

    private static SentencePieceModel Normalized(SentencePieceModel model, ReadOnlySpan<byte> message)
    {
        var fields = new ProtobufFields(message);
        while (fields.Next())
        {
            model = fields.Field switch
            {
                2 => model with { CharacterMap = fields.Message.ToArray() },
                3 => model with { AddDummyPrefix = fields.Flag },
                4 => model with { RemoveExtraWhitespaces = fields.Flag },
                5 => model with { EscapeWhitespaces = fields.Flag },
                _ => model,
            };
        }

        return model;
    }

    private static void WriteBytes(Stream to, int field, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(to, (ulong)field << 3 | 2);
        WriteVarint(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void WriteInteger(Stream to, int field, int value)
    {
        WriteVarint(to, (ulong)field << 3);
        WriteVarint(to, unchecked((ulong)value));
    }

    private static void WriteVarint(Stream to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }
}
