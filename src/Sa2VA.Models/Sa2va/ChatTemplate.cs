using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Sa2va;

/// <summary>How a question becomes a turn of a conversation. Sa2VA was trained without a system message.</summary>
/// <param name="Name">As <c>template</c> in config.json, with underscores.</param>
/// <param name="Before">What stands before the question.</param>
/// <param name="After">What stands after it; the answer follows.</param>
/// <param name="StopWords">Tokens that end an answer, beside the tokenizer's own.</param>
public sealed record ChatTemplate(string Name, string Before, string After, IReadOnlyList<string> StopWords)
{
    /// <summary>What stands between the end of an answer and the next question.</summary>
    public string Between { get; init; } = "\n" + Before;

    private const string UserTurn = QwenTokens.TurnStart + "user\n";
    private const string AnswerTurn = QwenTokens.TurnEnd + "\n" + QwenTokens.TurnStart + "assistant\n";

    public static ChatTemplate QwenChat { get; } = new("qwen_chat", UserTurn, AnswerTurn, [QwenTokens.TurnEnd, QwenTokens.EndOfText]);

    /// <summary>As Qwen2.5-VL's own template puts a question without a system message.</summary>
    public static ChatTemplate QwenWithSystem { get; } =
        QwenChat with { Before = QwenTokens.TurnStart + "system\nYou are a helpful assistant." + QwenTokens.TurnEnd + "\n" + UserTurn };

    public static ChatTemplate InternLm2Chat { get; } = new("internlm2_chat", UserTurn, AnswerTurn, [QwenTokens.TurnEnd]);

    public static ChatTemplate Phi3Chat { get; } = new("phi3_chat", "<|user|>\n", "<|end|>\n<|assistant|>\n", ["<|end|>"]);

    /// <summary>The template of a name, hyphens counting as underscores; null when there is none.</summary>
    public static ChatTemplate? Named(string name) =>
        new[] { QwenChat, InternLm2Chat, Phi3Chat }.FirstOrDefault(template => template.Name == name.Replace('-', '_'));

    /// <summary>The template that a family was trained with.</summary>
    public static ChatTemplate Default(LanguageModelFamily family) => family switch
    {
        LanguageModelFamily.InternLm2 => InternLm2Chat,
        LanguageModelFamily.Phi3 => Phi3Chat,
        _ => QwenChat,
    };
}
