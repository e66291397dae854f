using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Training.Data;

namespace Sa2VA.Training.Runs;

/// <summary>
/// The folder of a run: <c>model/</c> is a checkpoint that can be used at any time, <c>state.safetensors</c> what the run goes on from,
/// <c>losses.csv</c> its course.
/// </summary>
public static class TrainingFolder
{
    private const string ConfigName = "config.json";
    private const int TokenizerClips = 400;

    // What official folders hold beside weights and code.
    private static readonly string[] Copied =
    [
        "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "added_tokens.json", "special_tokens_map.json",
        "generation_config.json", "preprocessor_config.json",
    ];

    private static readonly string[] TokenizerFiles = ["tokenizer.json", "vocab.json", "tokenizer.model"];
    private static readonly string[] Pickles = ["*.bin", "*.pt", "*.pth", "*.ckpt"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The checkpoint in a run's folder.</summary>
    public static string ModelOf(string folder) => Path.Combine(folder, "model");

    /// <summary>Takes a run's folder for this process until the result is disposed.</summary>
    /// <exception cref="TrainingException">Another process has it.</exception>
    internal static IDisposable Take(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, ".training"), new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.DeleteOnClose });
        }
        catch (IOException e) when (e is not DirectoryNotFoundException and not PathTooLongException)
        {
            throw new TrainingException($"'{folder}' cannot be trained in: {e.Message} Wait for the other process, or name another folder.", e);
        }
    }

    /// <summary>Whether a model's folder holds weights, so that training goes on from them.</summary>
    /// <exception cref="Models.ModelFolderException">The weights are of another kind of model, or in a format that is not read.</exception>
    internal static bool HasWeights(string model)
    {
        if (!Directory.Exists(model))
            throw new TrainingException($"There is no model folder '{model}'. Name one that holds at least a config.json.");
        var found = Directory.EnumerateFiles(model, "*.safetensors").Any();
        if (!found && !Pickles.Any(pattern => Directory.EnumerateFiles(model, pattern).Any()))
            return false;
        using var folder = ModelFolder.Open(model);
        return folder.Kind == ModelKind.Sa2vaInternVl
            ? true : throw new TrainingException($"'{model}' is a {folder.Kind}; only Sa2VA models on InternVL can be trained.");
    }

    /// <summary>
    /// Makes <c>model/</c> with the configuration and the tokenizer of the model to start from; done before, it is left as it is. A new
    /// model without a tokenizer gets one: its words are learnt from what it will read, as many as <c>vocab_size</c> has room for.
    /// </summary>
    internal static Tokenizer Prepare(string model, bool hasWeights, string folder, IClipSource source, Action learning, CancellationToken cancellationToken)
    {
        var output = Directory.CreateDirectory(ModelOf(folder)).FullName;
        var config = Path.Combine(output, ConfigName);
        if (File.Exists(config))
            return Tokenizer.Load(output);
        var vocabulary = Sa2vaConfig.Load(model).Language.VocabularySize;
        foreach (var name in Copied.Where(name => File.Exists(Path.Combine(model, name))))
            File.Copy(Path.Combine(model, name), Path.Combine(output, name), overwrite: true);
        if (!hasWeights && !TokenizerFiles.Any(name => File.Exists(Path.Combine(model, name))))
        {
            learning();
            var spec = BytePairTrainer.Train(Texts(source, cancellationToken), Math.Max(0, vocabulary - 256 - QwenTokens.AddedCount));
            TokenizerWriter.Write(spec, output);
        }

        var tokenizer = Tokenizer.Load(output);
        // The configuration comes last: a folder that has it is whole.
        var partial = config + ".partial";
        File.WriteAllText(partial, WithRoom(File.ReadAllText(Path.Combine(model, ConfigName)), hasWeights ? 0 : tokenizer.Count));
        File.Move(partial, config, overwrite: true);
        return tokenizer;
    }

    private static IEnumerable<string> Texts(IClipSource source, CancellationToken cancellationToken)
    {
        foreach (var text in source.Texts(TokenizerClips))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return text;
        }
    }

    // A new embedding has at least a row for each token.
    private static string WithRoom(string config, int tokens)
    {
        var json = JsonNode.Parse(config)!;
        if (json["llm_config"]?["vocab_size"]?.GetValue<int>() >= tokens)
            return config;
        json["llm_config"]!["vocab_size"] = tokens;
        return json.ToJsonString(Indented);
    }
}
