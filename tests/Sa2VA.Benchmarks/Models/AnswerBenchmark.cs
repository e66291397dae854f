using System.Diagnostics;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Benchmarks.Models;

/// <summary>
/// A whole Sa2VA of a published size with random weights: how long it takes to load, what it takes in memory, and how fast it reads and
/// answers. One process for each way to hold the weights, since the peak is a process's.
/// </summary>
internal static class AnswerBenchmark
{
    private const int QuestionTokens = 32;

    public static void Run(BenchmarkArguments arguments)
    {
        var preset = arguments.Text("preset", "1b");
        var folder = arguments.Text("folder", Path.Combine(Path.GetTempPath(), $"sa2va-benchmark-{preset}"));
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"writing random weights of '{preset}' to {folder}; delete them afterwards");
            ModelInitializer.Write(ModelPreset.Named(preset), folder, new InitOptions());
        }

        var isInt8 = arguments.Text("quantize", "none") == "int8";
        var watch = Stopwatch.StartNew();
        using var store = CheckpointStore.Open(folder);
        var network = new Sa2vaNetwork(new WeightScope(store), new WeightScope(store), Sa2vaConfig.Load(folder), quantize: isInt8 ? Quantization.Int8 : Quantization.None);
        var loaded = Lap(watch);
        var afterLoad = ProcessMemory.ResidentMebibytes();

        using var scope = torch.NewDisposeScope();
        var prompt = Prompt(network, frames: arguments.Number("frames", 1));
        var looked = Lap(watch);
        using var cache = network.LanguageModel.NewCache(prompt.size(1) + arguments.Number("tokens", 16));
        using var answer = new GrowingAnswer(cache, prompt, new GenerationOptions(arguments.Number("tokens", 16), []));
        AnswerDecoding.Step(network.LanguageModel, [answer]);
        var read = Lap(watch);
        while (!answer.IsDone) AnswerDecoding.Step(network.LanguageModel, [answer]);
        var said = Lap(watch);
        Console.WriteLine(
            $"{preset} {(isInt8 ? "int8" : "as stored")}, {torch.get_num_threads()} threads, {CpuKernels.InstructionSet}: loaded in {loaded:F1} s ({afterLoad} MiB), looked in {looked:F1} s, "
            + $"read {prompt.size(1)} tokens in {read:F1} s ({prompt.size(1) / read:F1}/s), then {(answer.Tokens.Count - 1) / said:F2} tokens/s; peak {ProcessMemory.PeakMebibytes()} MiB");
    }

    /// <summary>The tokens of frames of noise, if any, then those of a question.</summary>
    private static Tensor Prompt(Sa2vaNetwork network, int frames)
    {
        using var scope = torch.NewDisposeScope();
        var question = network.LanguageModel.Embed([.. Enumerable.Range(100, QuestionTokens)]);
        if (frames == 0) return question.MoveToOuterDisposeScope();
        var side = network.Config.VisionImageSize;
        var seen = network.Look(torch.randn([frames, 3, side, side]));                               // [F, tokens, H]
        return torch.cat([seen.reshape(1, -1, seen.size(2)), question], 1).MoveToOuterDisposeScope();
    }

    private static double Lap(Stopwatch watch)
    {
        var seconds = watch.Elapsed.TotalSeconds;
        watch.Restart();
        return seconds;
    }
}
