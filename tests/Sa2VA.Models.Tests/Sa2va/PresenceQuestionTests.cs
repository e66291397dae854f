using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Tests.UniPixel;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Sa2va;

public sealed class PresenceQuestionTests(TinyUniPixel uniPixel) : IDisposable
{
    private const string Expression = "the \"red\" cup ";
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_words_are_those_that_models_are_trained_with()
    {
        Assert.Equal("Does this video show \"the dog\"? Please answer yes or no.", PresenceQuestion.Of("the dog", isStill: false));
        Assert.Equal("Does this image show \"the dog\"? Please answer yes or no.", PresenceQuestion.Of("the dog", isStill: true));
        Assert.Equal(("Yes.", "No."), (PresenceQuestion.Yes, PresenceQuestion.No));
    }

    [Theory]
    [InlineData("tiny", false)]
    [InlineData("tiny", true)]
    [InlineData("tiny-internlm2", false)]
    [InlineData("tiny-phi3", false)]
    public void How_probable_yes_is_equals_a_slow_reading_of_the_whole_conversation(string preset, bool isStill)
    {
        Write(preset);
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var slow = new SlowReading(Model);
        using var scope = NewDisposeScope();
        var frames = Pictures(model.Config, isStill ? 1 : 2);
        var (user, assistant) = preset == "tiny-phi3" ? ("<|user|>\n", "<|end|>\n<|assistant|>\n") : ("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n");
        var image = "<img>" + string.Concat(Enumerable.Repeat("<IMG_CONTEXT>", model.Config.TokensPerFrame)) + "</img>";
        var question = $"\nDoes this {(isStill ? "image" : "video")} show \"{Expression.Trim()}\"? Please answer yes or no.";
        var (shared, yes, no) = Parting(model.Tokenizer);
        var scores = slow.Scores([.. model.Tokenizer.Parts($"{user}{string.Join('\n', frames.Select(_ => image))}{question}{assistant}"), .. shared.Select(id => PromptPart.Token(id))], "<IMG_CONTEXT>", slow.Look(frames));

        using var prefix = model.Encode([new VisionInput(frames) { IsStill = isStill }], framesAtOnce: 1)[0];
        var asked = Ask(model, prefix);
        Assert.Equal(Softmax(scores, yes, no), asked.SaidYes!.Value, tolerance: 1e-5);
        Assert.Equal(Array.IndexOf(scores, scores.Max()), Assert.Single(asked.TokenIds));
        Assert.Empty(asked.SegEmbeddings);
    }

    [Theory]
    [InlineData("tiny-qwen2.5vl")]
    [InlineData("tiny-qwen3vl")]
    public void Over_Qwen_VL_it_is_what_the_first_turn_of_a_conversation_says(string preset)
    {
        Write(preset);
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Pictures(model.Config, 2));
        var asked = Ask(model, prefix);
        Assert.InRange(asked.SaidYes!.Value, 1e-9, 1 - 1e-9);
        var turn = model.Ask(prefix, "\n" + PresenceQuestion.Of(Expression, isStill: false), new AskOptions { Raw = true, MaxNewTokens = 1 }, TestContext.Current.CancellationToken);
        Assert.Equal(turn.TokenIds, asked.TokenIds);
        Assert.Null(turn.SaidYes);
    }

    [Fact]
    public void A_UniPixel_is_asked_in_its_own_template()
    {
        var model = uniPixel.Model;
        var frames = TinyUniPixel.Noise(model.Config, 4);
        using var prefix = model.Encode([new VisionInput(frames)], framesAtOnce: 4)[0];
        var asked = Ask(model, prefix);
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(uniPixel.Folder);
        var root = new WeightScope(store);
        var language = new UniPixelNetwork(root, root, model.Config).LanguageModel;
        var (shared, yes, no) = Parting(model.Tokenizer);
        int[] ids = [.. model.Tokenizer.Encode($"Does this video show \"{Expression.Trim()}\"? Please answer yes or no.<|im_end|>\n<|im_start|>assistant\n", SpecialTokens.AsTokens), .. shared];
        using var cache = prefix.Cache.Copy(more: ids.Length);
        var states = language.forward(language.Embed(ids), [new Continuation(cache, ids.Length)]);
        Assert.Equal(Softmax(language.Logits(states.select(1, -1)).ToArray<float>(), yes, no), asked.SaidYes!.Value, tolerance: 1e-5);
    }

    [Fact]
    public void Together_with_other_answers_it_has_the_bits_that_it_has_alone_and_looks_at_no_mask()
    {
        Write("tiny");
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Pictures(model.Config, 2));
        var alone = Ask(model, prefix).SaidYes;
        using var sentence = model.Begin(prefix, "the cup", new AskOptions { MaxNewTokens = 4 });
        using var presence = model.BeginPresence(prefix, Expression);
        using var other = model.BeginPresence(prefix, "the plate");
        model.Step([sentence, presence, other]);
        Assert.Equal(alone, presence.Answer!.SaidYes);
        Assert.NotEqual(alone, other.Answer!.SaidYes);
        while (sentence.Answer is null) model.Step([sentence, presence, other]);
        Assert.Equal((1, null), (sentence.Answer.SegEmbeddings.Length, sentence.Answer.SaidYes));
    }

    [Fact]
    public void Answers_that_begin_alike_are_told_apart_where_they_part()
    {
        Assert.Equivalent(new AnswerFork([], 4, 5), PresenceQuestion.Fork("cup", [4, 9], [5, 9]), strict: true);
        Assert.Equivalent(new AnswerFork([7, 8], 4, 5), PresenceQuestion.Fork("cup", [7, 8, 4, 9], [7, 8, 5, 6, 9]), strict: true);
        Assert.Contains("'Yes.' and 'No.'", Assert.Throws<ArgumentException>(() => PresenceQuestion.Fork("cup", [1, 9], [1, 9])).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => PresenceQuestion.Fork(" ", [1], [2])).Message, StringComparison.Ordinal);
        Assert.Equal((0.5, 1.0), (AnswerFork.ProbabilityOfYes([3, 3]), AnswerFork.ProbabilityOfYes([90, -90])));
    }

    [Fact]
    public void What_cannot_be_asked_is_refused()
    {
        Write("tiny");
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Pictures(model.Config, 1));
        Assert.Contains("shorter question", Assert.Throws<ArgumentException>(() => model.BeginPresence(prefix, string.Concat(Enumerable.Repeat("? ", LanguageModel.ContextLimit)))).Message, StringComparison.Ordinal);
    }

    private static Answer Ask(IGroundingModel model, VisionPrefix prefix)
    {
        using var pending = model.BeginPresence(prefix, Expression);
        model.Step([pending]);
        return pending.Answer!;
    }

    /// <summary>The tokens with which both answers begin, and the first ones in which they differ.</summary>
    private static (int[] Shared, int Yes, int No) Parting(Tokenizer tokenizer)
    {
        var (yes, no) = (tokenizer.Encode("Yes."), tokenizer.Encode("No."));
        var at = 0;
        while (yes[at] == no[at]) at++;
        return (yes[..at], yes[at], no[at]);
    }

    private static double Softmax(float[] scores, int yes, int no)
    {
        var all = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
        return all[yes] / (all[yes] + all[no]);
    }

    private static IReadOnlyList<RgbPixels> Pictures(Sa2vaConfig config, int count)
    {
        var random = new Random(7);
        var (width, height) = config.FrameSizes(config.VisionImageSize, config.VisionImageSize)[^1];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var pixels = new byte[width * height * 3];
            random.NextBytes(pixels);
            return new RgbPixels(width, height, pixels);
        })];
    }

    private void Write(string preset) => ModelInitializer.Write(ModelPreset.Named(preset), Model, new InitOptions { Seed = 3 });
}
