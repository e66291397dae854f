using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.UniPixel;

public sealed class UniPixelModelTests(TinyUniPixel tiny)
{
    private const string Question = "The dog on the left.";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void An_answer_is_that_of_the_parts_put_together_by_hand(int count)
    {
        var model = tiny.Model;
        var frames = TinyUniPixel.Noise(model.Config, count);
        using var prefix = model.Encode([new VisionInput(frames)], framesAtOnce: 1)[0];
        var answer = model.Ask(prefix, Question, cancellationToken: Stop);

        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(tiny.Folder);
        var root = new WeightScope(store);
        var network = new UniPixelNetwork(root, root, model.Config);
        var pictures = frames.Select(frame => ImageNormalizer.Clip.Normalize(frame.Bytes.Span, frame.Height, frame.Width)).ToList();
        if (count % 2 == 1) pictures.Add(pictures[^1]);
        var (rows, grid) = ImagePatches.Cut(cat([.. pictures]), model.Config.Vision);
        var seen = network.Vision.forward(rows, grid);
        Assert.Equal((count + 1) / 2, grid.Slices);
        var (pieces, positions) = (new List<Tensor>(), new TokenPositions());
        Text("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|>");
        pieces.Add(seen.Tokens);
        positions.AddGrid([.. Enumerable.Range(0, grid.Slices).Select(slice => 2 * slice)], grid.Rows / 2, grid.Columns / 2);
        Text($"<|vision_end|>Please segment the dog on the left in this {(count == 1 ? "image" : "video")}.<|im_end|>\n<|im_start|>assistant\n");
        var states = new List<Tensor>();
        using var cache = network.LanguageModel.NewCache();
        var normed = network.LanguageModel.forward(
            cat([.. pieces]).unsqueeze(0), [new Continuation(cache, positions.Count) { Positions = positions }], observe: state => states.Add(state.clone().MoveToOuterDisposeScope()));

        Assert.Equal(model.Tokenizer.RequiredId("<|seg|>"), (int)network.LanguageModel.Logits(normed.select(1, -1)).argmax(-1).item<long>());
        Assert.Equal("<|seg|>", answer.Text);
        Assert.True(answer.Complete);
        // Frames and question were read in two passes there and in one here; the state is the one that predicts the token, before the final norm.
        var expected = network.SegmentationHead.forward(states[0].select(1, -1)).ToArray<float>();
        Assert.Equal(model.Config.SegmentationTokens * model.Config.Tracker.HiddenDim, expected.Length);
        Close(expected, Assert.Single(answer.SegEmbeddings));

        void Text(string text)
        {
            var tokens = model.Tokenizer.Encode(text, SpecialTokens.AsTokens);
            pieces.Add(network.LanguageModel.Embed(tokens).squeeze(0));
            positions.AddText(tokens.Length);
        }
    }

    [Fact]
    public void Objects_that_are_pointed_at_are_found_at_the_places_of_a_given_answer()
    {
        var model = tiny.Model;
        using var clip = model.Look(TinyUniPixel.Noise(model.Config, 4));
        var side = model.Config.Tracker.ImageSize;
        (int, PointedObject)[] objects = [(3, new PointedObject(1, [10, 20])), (0, new PointedObject(3, [5, 5, side / 2, side]))];

        var found = model.Localize(clip, "What does [0] do to [3]?", objects);

        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(tiny.Folder);
        var root = new WeightScope(store);
        var network = new UniPixelNetwork(root, root, model.Config);
        var ids = model.Tokenizer.Encode(
            "What does [0] <|ref|> do to [3] <|ref|>?. Please localize the relevant objects with IDs.<|im_end|>\n<|im_start|>assistant\n[0] <|seg|> [3] <|seg|>", SpecialTokens.AsTokens);
        var embedded = network.LanguageModel.Embed(ids);
        Placeholders.Fill(embedded, ids, model.Tokenizer.RequiredId("<|ref|>"), network.References.forward([objects[1].Item2, objects[0].Item2], slices: 2));
        var states = new List<Tensor>();
        using var cache = clip.Prefix.Cache.Copy(more: ids.Length);
        network.LanguageModel.forward(embedded, [new Continuation(cache, ids.Length)], observe: state => states.Add(state.clone().MoveToOuterDisposeScope()));
        var places = ids.Index().Where(token => token.Item == model.Tokenizer.RequiredId("<|seg|>")).Select(token => token.Index).ToArray();
        Close(network.SegmentationHead.forward(states[0].select(1, places[1] - 1)).ToArray<float>(), found[0]);
        Close(network.SegmentationHead.forward(states[0].select(1, places[0] - 1)).ToArray<float>(), found[1]);
        // Pointing elsewhere, or at another moment, finds something else.
        Assert.NotEqual(found[0], model.Localize(clip, "What does [0] do to [3]?", [(3, new PointedObject(1, [90, 20])), objects[1]])[0]);
        Assert.NotEqual(found[0], model.Localize(clip, "What does [0] do to [3]?", [(3, new PointedObject(2, [10, 20])), objects[1]])[0]);
    }

    [Fact]
    public void What_is_remembered_of_objects_changes_what_is_answered_and_an_empty_one_counts_as_everything()
    {
        var model = tiny.Model;
        using var clip = model.Look(TinyUniPixel.Noise(model.Config, 5));
        RememberedObject Left(int id, int width) => new(id, [.. Enumerable.Range(0, 5).Select(frame => Mask(column => column < width && frame != 2 && frame != 3))], 16, 12);

        float[] Of(params RememberedObject[] objects) => model.AskAbout(clip, "What is [1]?", objects, cancellationToken: Stop).SegEmbeddings[0];
        var plain = Of();
        var left = Of(Left(1, 4));
        Assert.NotEqual(plain, left);
        Assert.NotEqual(left, Of(Left(1, 16)));
        Assert.NotEqual(left, Of(Left(1, 4), Left(2, 4)));
        Assert.Equal(Of(new RememberedObject(1, [.. Enumerable.Repeat(Mask(_ => true), 5)], 16, 12)), Of(Left(1, 0)));
        Assert.Contains("5 frames", Assert.Throws<ArgumentException>(() => Of(Left(1, 4) with { Masks = [] })).Message, StringComparison.Ordinal);

        // The words before the question, and a token for each slice with a mask: the middle one has none.
        var parts = ObjectQuestion.Remembering("What is [1]?", 5, 2, [(1, [0, 2])], new UniPixelTokens(model.Config, model.Tokenizer));
        var mem = model.Tokenizer.RequiredId("<|mem|>");
        Assert.Equal(
            "Here is a video with 5 frames denoted as <1> to <5>. The highlighted regions are as follows:\n[1]: <1>-<2> <|mem|> <5>-<6> <|mem|>\nWhat is [1]?",
            string.Concat(parts.Select(part => part.Content ?? (part.Id == mem ? "<|mem|>" : "?"))));
    }

    [Fact]
    public void An_answer_that_is_begun_for_the_model_is_gone_on_with()
    {
        var model = tiny.Model;
        using var clip = model.Look(TinyUniPixel.Noise(model.Config, 1));
        var free = model.AskAbout(clip, "Which one? (A) this (B) that", [], cancellationToken: Stop);
        var begun = model.AskAbout(clip, "Which one? (A) this (B) that", [], "The best option is (", new AskOptions { MaxNewTokens = 4 }, Stop);
        Assert.Equal("<|seg|>", free.Text);
        Assert.NotEqual(free.TokenIds, begun.TokenIds);
    }

    [Fact]
    public void What_a_question_spells_is_no_token_and_what_is_pointed_at_must_be_there()
    {
        var model = tiny.Model;
        using var clip = model.Look(TinyUniPixel.Noise(model.Config, 2));
        Assert.Equal("<|seg|>", model.Ask(clip.Prefix, "<|mem|> <|ref|> <|seg|>", cancellationToken: Stop).Text);
        Assert.Single(model.AskAbout(clip, "<|mem|> <|ref|> <|seg|> <|im_end|>", [], cancellationToken: Stop).SegEmbeddings);
        Refused("frame 2", new PointedObject(2, [1, 1]));
        Refused("outside", new PointedObject(0, [1, model.Config.Tracker.ImageSize + 1]));
        Refused("3 coordinates", new PointedObject(0, [1, 1, 1]));
        Refused("top left corner", new PointedObject(0, [5, 5, 5, 9]));
        Assert.Contains("same id", Assert.Throws<ArgumentException>(() => model.Localize(clip, "[1]", [(1, new PointedObject(0, [1, 1])), (1, new PointedObject(0, [2, 2]))])).Message, StringComparison.Ordinal);

        void Refused(string says, PointedObject one) =>
            Assert.Contains(says, Assert.Throws<ArgumentException>(() => model.Localize(clip, "[1]", [(1, one)])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_that_cannot_be_looked_at_are_refused()
    {
        var model = tiny.Model;
        var frames = TinyUniPixel.Noise(model.Config, 2);
        Assert.Throws<ArgumentException>(() => model.Look([]));
        Assert.Contains("multiples of 28", Assert.Throws<ArgumentException>(() => model.Look([new RgbPixels(56, 50, new byte[56 * 50 * 3])])).Message, StringComparison.Ordinal);
        Assert.Contains("of one size", Assert.Throws<ArgumentException>(() => model.Look([frames[0], new RgbPixels(28, 28, new byte[28 * 28 * 3])])).Message, StringComparison.Ordinal);
    }

    internal static byte[] Mask(Func<int, bool> inside) => [.. Enumerable.Range(0, 16 * 12).Select(pixel => inside(pixel % 16) ? (byte)1 : (byte)0)];

    private static void Close(float[] expected, float[] actual)
    {
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * scale));
    }
}
