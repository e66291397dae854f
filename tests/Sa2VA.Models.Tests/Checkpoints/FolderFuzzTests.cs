using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Tensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Checkpoints;

/// <summary>
/// Damaged folders: whatever is changed in a file, it loads or is refused with a message that names the folder. Any other exception, or one
/// that never ends, fails. <c>SA2VA_FUZZ</c> sets the number of mutants for each kind of file.
/// </summary>
public sealed class FolderFuzzTests : IClassFixture<FolderFuzzTests.Seeds>
{
    private static readonly int Mutants = int.TryParse(Environment.GetEnvironmentVariable("SA2VA_FUZZ"), CultureInfo.InvariantCulture, out var count) ? count : 500;
    // Stands for a lone surrogate, which a writer of JSON refuses.
    private const string Lone = "\"lone surrogate\"";
    private readonly Seeds _seeds;

    public FolderFuzzTests(Seeds seeds) => _seeds = seeds;

    [Fact]
    public void A_damaged_configuration_loads_or_is_refused_by_name() => Fuzz(["config.json"], seed: 1, folder =>
    {
        using var model = GroundingModels.Load(folder, Device.CPU);
        _ = ModelInspector.Inspect(folder);
    });

    [Fact]
    public void Damaged_tokenizer_files_load_or_are_refused_by_name() => Fuzz(
        ["tokenizer.json", "tokenizer.model", "tokenizer_config.json", "added_tokens.json"], seed: 2, folder =>
        {
            var tokenizer = Tokenizer.Load(folder);
            _ = tokenizer.Decode(tokenizer.Encode("the dog  <|im_end|> [UNUSED_TOKEN_1] ünï 你好 😀\n"));
        });

    [Fact]
    public void Damaged_vocabularies_load_or_are_refused_by_name() => Fuzz(["vocab.json", "merges.txt"], seed: 3, folder =>
    {
        var whole = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(whole))
            File.Delete(whole);
        if (!File.Exists(Path.Combine(folder, "tokenizer.model")))
            _ = Tokenizer.Load(folder).Encode("the dog");
    });

    [Fact]
    public void Damaged_weights_load_or_are_refused_by_name() => Fuzz(["model.safetensors"], seed: 4, folder =>
    {
        using var model = GroundingModels.Load(folder, Device.CPU);
    });

    private void Fuzz(string[] files, int seed, Action<string> use)
    {
        var random = new Random(seed);
        var failures = new List<string>();
        for (var mutant = 0; mutant < Mutants; mutant++)
        {
            var original = _seeds.Folders[mutant % _seeds.Folders.Count];
            var file = files[random.Next(files.Length)];
            if (!File.Exists(Path.Combine(original, file)))
                continue;
            using var folder = new TemporaryFolder();
            foreach (var other in Directory.EnumerateFiles(original))
                File.CreateSymbolicLink(folder.File(Path.GetFileName(other)), other);
            File.Delete(folder.File(file));
            File.WriteAllBytes(folder.File(file), Mutate(random, File.ReadAllBytes(Path.Combine(original, file)), file));
            try
            {
                use(folder.FullPath);
            }
            catch (ModelFolderException refusal)
            {
                if (!refusal.Message.Contains(folder.FullPath, StringComparison.Ordinal))
                    failures.Add($"mutant {mutant} of {file}: the message names no file: {refusal.Message}");
            }
            catch (Exception other)
            {
                failures.Add($"mutant {mutant} of {file} over {Path.GetFileName(original)}: {other}");
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {Mutants}: {string.Join(Environment.NewLine, failures.Take(10))}");
    }

    private static byte[] Mutate(Random random, byte[] bytes, string file)
    {
        if (file.EndsWith(".json", StringComparison.Ordinal) && random.Next(4) > 0)
            return Encoding.UTF8.GetBytes(MutateJson(random, bytes));
        // Only the header of weights says anything; changed values are no damage.
        var span = file.EndsWith(".safetensors", StringComparison.Ordinal) ? 8 + (int)BitConverter.ToInt64(bytes) : bytes.Length;
        var changed = bytes.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && changed.Count > 0; changes--)
        {
            var at = random.Next(Math.Min(span, changed.Count));
            switch (random.Next(5))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 2:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 9), changed.Count - at));
                    break;
                case 3:
                    changed.InsertRange(at, changed.GetRange(at, Math.Min(random.Next(1, 40), changed.Count - at)));
                    break;
                default:
                    changed.RemoveRange(Math.Max(1, at), changed.Count - Math.Max(1, at));
                    break;
            }
        }

        return [.. changed];
    }

    private static string MutateJson(Random random, byte[] bytes)
    {
        string[] values =
        [
            "null", "true", "-1", "0", "1", "3", "0.5", "2147483647", "4000000", "1e308", "-1e308", "9223372036854775808", "\"\"", "\"x\"", Lone, "\"[SEG]\"", "[]", "[1]", "[\"a\"]", "{}", "{\"a\":{}}", "[[[[]]]]",
        ];
        var root = JsonNode.Parse(bytes)!;
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            var node = root;
            while (true)
            {
                if (node is JsonObject { Count: > 0 } map)
                {
                    var (name, child) = map.ElementAt(random.Next(map.Count));
                    if (child is JsonObject or JsonArray && random.Next(4) > 0)
                    {
                        node = child;
                        continue;
                    }

                    if (random.Next(5) == 0)
                        map.Remove(name);
                    else
                        map[name] = JsonNode.Parse(values[random.Next(values.Length)]);
                }
                else if (node is JsonArray { Count: > 0 } list)
                {
                    var at = random.Next(list.Count);
                    if (list[at] is JsonObject or JsonArray && random.Next(4) > 0)
                    {
                        node = list[at]!;
                        continue;
                    }

                    if (random.Next(5) == 0)
                        list.RemoveAt(at);
                    else
                        list[at] = JsonNode.Parse(values[random.Next(values.Length)]);
                }

                break;
            }
        }

        return root.ToJsonString().Replace(Lone, "\"\\ud800\"", StringComparison.Ordinal);
    }

    /// <summary>A whole folder of every family, made once.</summary>
    public sealed class Seeds : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Seeds()
        {
            foreach (var preset in new[] { "tiny", "tiny-internlm2", "tiny-phi3", "tiny-qwen2.5vl", "tiny-qwen3vl", "tiny-unipixel" })
                ModelInitializer.Write(ModelPreset.Named(preset), _folder.File(preset));
            Folders = [.. Directory.EnumerateDirectories(_folder.FullPath).Order(StringComparer.Ordinal)];
        }

        public IReadOnlyList<string> Folders { get; }

        public void Dispose() => _folder.Dispose();
    }
}
