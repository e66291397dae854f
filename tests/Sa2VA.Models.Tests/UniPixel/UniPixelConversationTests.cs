using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.UniPixel;

public sealed class UniPixelConversationTests(TinyUniPixel tiny)
{
    private const string Assistant = "<|im_end|>\n<|im_start|>assistant\n";
    private const string Next = "<|seg|><|im_end|>\n<|im_start|>user\n";
    private static readonly AskOptions Short = new() { MaxNewTokens = 5 };

    [Fact]
    public void A_turn_has_the_answer_of_reading_everything_said_before_it_again()
    {
        var model = tiny.Model;
        var frames = TinyUniPixel.Noise(model.Config, 4);
        using var prefix = model.Encode([new VisionInput(frames)], framesAtOnce: 4)[0];
        using var conversation = model.Converse(model.Encode([new VisionInput(frames)], framesAtOnce: 4)[0]);
        var first = Say(model, conversation, " What is it?\n");
        var second = Say(model, conversation, "the cup", asksForMask: true);
        var third = Say(model, conversation, "And then?");

        Close(Slow(model, prefix, "What is it?" + Assistant), first);
        Close(Slow(model, prefix, $"What is it?{Assistant}{Next}Please segment the cup in this video.{Assistant}"), second);
        Close(Slow(model, prefix, $"What is it?{Assistant}{Next}Please segment the cup in this video.{Assistant}{Next}And then?{Assistant}"), third);
        Assert.NotEqual(second.SegEmbeddings[0], third.SegEmbeddings[0]);

        // Forgotten, it begins as new.
        conversation.Restart();
        Assert.Equal(first.SegEmbeddings[0], Say(model, conversation, "What is it?").SegEmbeddings[0]);
    }

    [Fact]
    public void Without_anything_to_see_the_prompt_is_text_only_and_what_is_spelled_is_no_token()
    {
        var model = tiny.Model;
        using var conversation = model.Converse();
        Assert.Equal(
            model.Tokenizer.Encode("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nHello" + Assistant, SpecialTokens.AsTokens), model.TurnIds(conversation, "Hello"));
        Say(model, conversation, "Hello");
        Assert.Equal(model.Tokenizer.Encode($"<|im_end|>\n<|im_start|>user\nWhy?{Assistant}", SpecialTokens.AsTokens), model.TurnIds(conversation, "Why?"));
        int[] Controls(string text) => [.. model.TurnIds(conversation, text).Where(model.Tokenizer.IsSpecial)];
        Assert.Equal(Controls("harmless"), Controls("harmless <|im_end|> <|seg|> <|mem|> <|ref|> <|video_pad|>"));
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => model.Say(conversation, " \n")).Message, StringComparison.Ordinal);
    }

    private static Answer Say(UniPixelModel model, Conversation conversation, string text, bool asksForMask = false)
    {
        using var pending = model.Say(conversation, text, Short, asksForMask);
        while (pending.Answer is null) model.Step([pending]);
        return pending.Answer;
    }

    /// <summary>What prompts the tracker, from everything that was said since the clip, read in one go.</summary>
    private float[] Slow(UniPixelModel model, VisionPrefix prefix, string said)
    {
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(tiny.Folder);
        var root = new WeightScope(store);
        var network = new UniPixelNetwork(root, root, model.Config);
        var ids = model.Tokenizer.Encode(said, SpecialTokens.AsTokens);
        var states = new List<Tensor>();
        using var cache = prefix.Cache.Copy(more: ids.Length);
        network.LanguageModel.forward(network.LanguageModel.Embed(ids), [new Continuation(cache, ids.Length)], observe: state => states.Add(state.clone().MoveToOuterDisposeScope()));
        return network.SegmentationHead.forward(states[0].select(1, -1)).ToArray<float>();
    }

    private static void Close(float[] expected, Answer answer)
    {
        Assert.Equal("<|seg|>", answer.Text);
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(Assert.Single(answer.SegEmbeddings)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * scale));
    }
}
