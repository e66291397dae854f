using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Tokenizers.SentencePiece;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Tokenizers.SentencePiece;

/// <summary>Against <see cref="SlowPieces"/>, an independent reference, and cases worked out by hand from the library's code: no published tokenizer.model is at hand.</summary>
public sealed class SentencePieceTests
{
    private static readonly string[] Letters = ["\u2581", "a", "b", "c", "é", "你", "😀"];

    [Theory]
    [InlineData(PieceAlgorithm.BytePairs, true)]
    [InlineData(PieceAlgorithm.BytePairs, false)]
    [InlineData(PieceAlgorithm.Unigram, true)]
    [InlineData(PieceAlgorithm.Unigram, false)]
    public void Random_models_cut_random_texts_as_the_slow_reference_does(PieceAlgorithm algorithm, bool bytes)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var model = Model(random, algorithm, bytes) with { AddDummyPrefix = seed % 2 == 0, RemoveExtraWhitespaces = seed % 3 == 0 };
            var tokenizer = new Tokenizer(new SentencePieceSpec { Model = SentencePieceFile.Parse(PieceFile.Of(model)) });
            for (var i = 0; i < 25; i++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(0, 14)).Select(_ => random.Next(5) == 0 ? " " : random.Next(12) == 0 ? "ż" : Letters[random.Next(1, Letters.Length)]));
                var normalized = SlowPieces.Normalize(model, text);
                var ids = tokenizer.Encode(text);
                if (algorithm == PieceAlgorithm.BytePairs)
                    Assert.Equal(SlowPieces.Ids(model, SlowPieces.Merge(model, normalized)), ids);
                else if (bytes || !ids.Contains(0))
                    Assert.Equal(SlowPieces.BestScore(model, normalized), Score(model, normalized, ids), 1e-3);
                if (bytes && !model.RemoveExtraWhitespaces)
                    Assert.Equal(text, tokenizer.Decode(ids));
            }
        }
    }

    [Fact]
    public void Our_own_writer_and_the_tests_say_the_same()
    {
        using var folder = new TemporaryFolder();
        var model = Model(new Random(1), PieceAlgorithm.BytePairs, bytes: true) with { AddDummyPrefix = false, CharacterMap = PieceFile.CharacterMap(("ﬁ", "fi")) };
        SentencePieceFile.Write(model, folder.FullPath);

        var read = SentencePieceFile.Read(folder.File("tokenizer.model"));
        var other = SentencePieceFile.Parse(PieceFile.Of(model));

        Assert.Equal(model.Pieces, read.Pieces);
        Assert.Equal(model.Pieces, other.Pieces);
        Assert.Equal(read with { Pieces = [], CharacterMap = default }, other with { Pieces = [], CharacterMap = default });
        Assert.Equal(read.CharacterMap.ToArray(), other.CharacterMap.ToArray());
    }

    [Fact]
    public void What_a_file_leaves_out_is_as_the_library_has_it()
    {
        var model = SentencePieceFile.Parse(new byte[] { 0x0a, 0x03, 0x0a, 0x01, (byte)'x' });
        Assert.Equal((PieceAlgorithm.Unigram, true, true, true, false), (model.Algorithm, model.AddDummyPrefix, model.RemoveExtraWhitespaces, model.EscapeWhitespaces, model.ByteFallback));
        Assert.Equal([new Piece("x", 0)], model.Pieces);
    }

    [Fact]
    public void The_character_map_replaces_the_longest_sequence_before_spaces_are_cleaned()
    {
        var map = PieceFile.CharacterMap(("ﬁ", "fi"), ("Ａ", "a"), ("\t", " "), ("a\u0301", "á"), ("a\u0301\u0323", "b"), ("\u200b", ""));
        var model = Model(new Random(1), PieceAlgorithm.BytePairs, bytes: true) with { CharacterMap = map };
        var plain = model with { CharacterMap = default };

        foreach (var (text, becomes) in new[] { ("ﬁnd Ａ", "find a"), ("\t\ta\t b\t", " a b"), ("a\u0301x", "áx"), ("a\u0301\u0323", "b"), ("a\u200bb", "ab"), ("\u200b", "") })
            Assert.Equal(Of(plain).Encode(becomes), Of(model).Encode(text));

        static Tokenizer Of(SentencePieceModel model) => new(new SentencePieceSpec { Model = model });
    }

    [Fact]
    public void User_defined_pieces_are_whole_and_unused_ones_are_taken_apart()
    {
        foreach (var algorithm in new[] { PieceAlgorithm.BytePairs, PieceAlgorithm.Unigram })
        {
            var model = new SentencePieceModel
            {
                Algorithm = algorithm, AddDummyPrefix = false, RemoveExtraWhitespaces = false,
                Pieces =
                [
                    new("<unk>", 0, PieceKind.Unknown), new("a", -1), new("b", -2), new("ab", -1.5f), new("abab", -0.5f, PieceKind.Unused), new("ca", -9, PieceKind.UserDefined),
                    new("<s>", 0, PieceKind.Control),
                ],
            };
            var tokenizer = new Tokenizer(new SentencePieceSpec { Model = model });
            Assert.Equal([3, 3], tokenizer.Encode("abab"));
            Assert.Equal([3, 5, 2], tokenizer.Encode("abcab"));
            Assert.Equal([0], tokenizer.Encode("<s>"));
        }
    }

    [Fact]
    public void A_token_spelled_by_a_user_is_text_also_where_an_added_token_took_over_a_piece()
    {
        var tokenizer = ModelPreset.Named("tiny-internlm2").NewTokenizer();
        var special = tokenizer.Pieces!.AddedTokens.Select(token => token.Id).ToHashSet();
        // The pieces whose ids became <|im_end|> and the like are user-defined ones in the file.
        var spelled = tokenizer.Pieces.AddedTokens.Select(token => token.Content).Concat(special.Where(id => id < tokenizer.Pieces.Model.Pieces.Count).Select(id => tokenizer.Pieces.Model.Pieces[id].Text));
        foreach (var text in spelled)
        {
            Assert.DoesNotContain(tokenizer.Encode($"x {text}y"), special.Contains);
            Assert.Equal($"x {text}y", tokenizer.Decode(tokenizer.Encode($"x {text}y")));
        }
    }

    [Fact]
    public void An_InternLm2_prompt_is_put_as_its_tokenizer_puts_it()
    {
        var (prompts, tokenizer) = Prompts("tiny-internlm2");
        int[] Text(string text) => tokenizer.Encode(text);
        var (start, end, picture) = (tokenizer.RequiredId("<|im_start|>"), tokenizer.RequiredId("<|im_end|>"), tokenizer.RequiredId("<IMG_CONTEXT>"));
        int[] frame = [tokenizer.RequiredId("<img>"), .. Enumerable.Repeat(picture, 16), tokenizer.RequiredId("</img>")];

        // Begins with <s>; the space of the prefix stands before every stretch of text.
        Assert.Equal([1, start, .. Text("user\n"), .. frame, .. Text("\n"), .. frame], prompts.Prefix(2));
        Assert.Equal([.. Text("\nfind it"), end, .. Text("\n"), start, .. Text("assistant\n")], prompts.Question("\nfind it"));
        Assert.Equal("\u2581", tokenizer.Pieces!.Model.Pieces[Text("user")[0]].Text);
        Assert.Equal([end, 2], prompts.Stops);
    }

    [Fact]
    public void A_Phi3_prompt_has_no_first_token_no_spaces_and_turn_tokens_that_swallow_the_line_break()
    {
        var (prompts, tokenizer) = Prompts("tiny-phi3");
        var frame = Enumerable.Repeat(tokenizer.RequiredId("<IMG_CONTEXT>"), 16).Prepend(tokenizer.RequiredId("<img>")).Append(tokenizer.RequiredId("</img>")).ToArray();
        int[] Letter(string text) => [.. text.Select(letter => tokenizer.Id(letter == '\n' ? "<0x0A>" : letter.ToString())!.Value)];

        Assert.Equal([tokenizer.RequiredId("<|user|>"), .. frame, .. Letter("\n"), .. frame], prompts.Prefix(2));
        Assert.Equal([.. Letter("\nfind"), tokenizer.RequiredId("<|end|>"), tokenizer.RequiredId("<|assistant|>")], prompts.Question("\nfind"));
        Assert.Equal([tokenizer.RequiredId("<|end|>"), tokenizer.RequiredId("<|endoftext|>")], prompts.Stops);
    }

    [Fact]
    public void Damaged_files_are_refused_by_name_and_reason()
    {
        using var folder = new TemporaryFolder();
        var whole = PieceFile.Of(Model(new Random(1), PieceAlgorithm.BytePairs, bytes: true));
        Refused("ends in the middle", whole[..^3]);
        Refused("no pieces", []);
        Refused("no piece for what is unknown", PieceFile.Of(new SentencePieceModel { Pieces = [new("a", 0)] }));
        Refused("'<0x00>'", PieceFile.Of(new SentencePieceModel { Pieces = [new("<unk>", 0, PieceKind.Unknown)], ByteFallback = true }));
        Refused("'a' is there twice", PieceFile.Of(new SentencePieceModel { Pieces = [new("<unk>", 0, PieceKind.Unknown), new("a", 0), new("a", 0)] }));
        Refused("kind 3", PieceFile.Of(new SentencePieceModel { Pieces = [new("<unk>", 0, PieceKind.Unknown)], Algorithm = (PieceAlgorithm)3 }));
        Refused("character map", PieceFile.Of(new SentencePieceModel { Pieces = [new("<unk>", 0, PieceKind.Unknown)], CharacterMap = new byte[] { 1, 2, 3 } }));

        void Refused(string reason, byte[] file)
        {
            File.WriteAllBytes(folder.File("tokenizer.model"), file);
            var error = Assert.Throws<ModelFolderException>(() => Tokenizer.Load(folder.FullPath));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.Contains("tokenizer.model", error.Message, StringComparison.Ordinal);
        }
    }

    private static (PromptTokens Prompts, Tokenizer Tokenizer) Prompts(string preset)
    {
        var tokenizer = ModelPreset.Named(preset).NewTokenizer();
        using var json = System.Text.Json.JsonDocument.Parse(ModelPreset.Named(preset).Config(tokenizer.Count)!.ToJsonString());
        return (new PromptTokens(Sa2vaConfig.FromJson(json.RootElement), tokenizer), tokenizer);
    }

    private static SentencePieceModel Model(Random random, PieceAlgorithm algorithm, bool bytes)
    {
        List<Piece> pieces = [new("<unk>", 0, PieceKind.Unknown), new("<s>", 0, PieceKind.Control), new("</s>", 0, PieceKind.Control)];
        if (bytes)
            pieces.AddRange(Enumerable.Range(0, 256).Select(value => new Piece($"<0x{value:X2}>", 0, PieceKind.Byte)));
        var texts = Letters.Take(6).Concat(Enumerable.Range(0, 40).Select(_ => string.Concat(Enumerable.Range(0, random.Next(2, 5)).Select(_ => Letters[random.Next(Letters.Length)])))).Distinct();
        pieces.AddRange(texts.Select((text, index) => new Piece(text, algorithm == PieceAlgorithm.BytePairs ? -random.Next(30) : -random.Next(8, 80) / 8f)));
        return new SentencePieceModel { Pieces = pieces, Algorithm = algorithm, ByteFallback = bytes };
    }

    /// <summary>The sum of the scores of a cut, which must spell the text.</summary>
    private static double Score(SentencePieceModel model, string normalized, int[] ids)
    {
        var unknown = model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Min(piece => piece.Score) - 10.0;
        var (sum, at) = (0.0, 0);
        for (var i = 0; i < ids.Length; i++)
        {
            var piece = model.Pieces[ids[i]];
            var length = piece.Kind == PieceKind.Normal ? piece.Text.Length : System.Text.Rune.GetRuneAt(normalized, at).Utf16SequenceLength;
            if (piece.Kind == PieceKind.Normal)
                Assert.Equal(piece.Text, normalized.Substring(at, length));
            else
                i += System.Text.Encoding.UTF8.GetByteCount(normalized.AsSpan(at, length)) - 1;
            (sum, at) = (sum + (piece.Kind == PieceKind.Normal ? piece.Score : unknown), at + length);
        }

        Assert.Equal(normalized.Length, at);
        return sum;
    }
}
