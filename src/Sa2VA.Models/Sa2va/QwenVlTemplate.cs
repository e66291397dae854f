using Sa2VA.Models.Checkpoints;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// Whether a Qwen-VL folder's chat template puts a system message before a conversation that has none: the only thing in which those
/// templates differ for a single question. The template is a program and is not run.
/// </summary>
internal static class QwenVlTemplate
{
    private const string DefaultSystem = "You are a helpful assistant.";

    /// <param name="folder">A model folder.</param>
    /// <param name="fallback">Of a folder without a template: the base model's.</param>
    /// <exception cref="ModelFolderException">A file is damaged.</exception>
    public static ChatTemplate Of(string folder, ChatTemplate fallback)
    {
        if (Path.Combine(folder, "chat_template.jinja") is var file && File.Exists(file))
            return Choose(File.ReadAllText(file));
        foreach (var name in (string[])["chat_template.json", "tokenizer_config.json"])
        {
            using var json = ConfigFile.Read(Path.Combine(folder, name));
            if (json is not null && ConfigFile.Text(json.RootElement, "chat_template") is { } text)
                return Choose(text);
        }

        return fallback;
    }

    private static ChatTemplate Choose(string text) => text.Contains(DefaultSystem, StringComparison.Ordinal) ? ChatTemplate.QwenWithSystem : ChatTemplate.QwenChat;
}
