using System.Text.Json;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2.Tracking;

// Checkpoints: every bit that later masks depend on, in one safetensors file.
public sealed partial class VideoTracker
{
    private const string DocumentKey = "sa2va_tracker";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// Writes the whole state. The file appears under its name only when it is complete and on the disk. Options, prompts that
    /// wait for <see cref="BeginPropagation"/> and the order of objects are part of it; weights are not.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    public void Save(string path)
    {
        var document = new TrackerStateDocument
        {
            Version = TrackerStateDocument.CurrentVersion,
            VideoHeight = VideoHeight,
            VideoWidth = VideoWidth,
            Model = SizesOf(_model.Config),
            Options = _options,
            Objects = [.. _objects.Values.Select(Describe)],
            PromptedFeatures = [.. _promptedFeatures.Keys],
        };
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (frame, features) in _promptedFeatures) tensors.Add(FeaturesName(frame), features);
        foreach (var state in _objects.Values)
        {
            foreach (var (store, outputs) in Stores(state))
            {
                foreach (var (frame, output) in outputs) AddTensors(tensors, OutputName(state.Id, store, frame), output);
            }
        }
        SafetensorsTensors.Save(path, tensors, new Dictionary<string, string>(StringComparer.Ordinal) { [DocumentKey] = JsonSerializer.Serialize(document, Json) });
    }

    /// <summary>A tracker that goes on exactly where the saved one was: the remaining masks are the same to the bit.</summary>
    /// <param name="path">What <see cref="Save"/> wrote.</param>
    /// <param name="model">The same model; tensors are put on its device.</param>
    /// <exception cref="TrackerException">The file is not a tracker's state, or was made with a model of other sizes.</exception>
    /// <exception cref="SafetensorsException">The file cannot be read.</exception>
    public static VideoTracker Restore(string path, Sam2Model model)
    {
        using var file = SafetensorsFile.Open(path);
        var document = ReadDocument(file);
        var sizes = SizesOf(model.Config);
        if (document.Model != sizes)
            throw new TrackerException($"'{path}' was saved with a model of {document.Model}, but this one has {sizes}. Restore it with the model that it was made with.");

        var tracker = new VideoTracker(model, document.Options, document.VideoHeight, document.VideoWidth);
        try
        {
            foreach (var frame in document.PromptedFeatures) tracker._promptedFeatures[frame] = Read(file, FeaturesName(frame), model.Device);
            foreach (var saved in document.Objects) tracker._objects.Add(saved.Id, Rebuild(file, saved, model.Device));
            return tracker;
        }
        catch
        {
            tracker.Dispose();
            throw;
        }
    }

    private static TrackerStateDocument ReadDocument(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(DocumentKey, out var json))
            throw new TrackerException($"'{file.Path}' is not a tracker's state: its header has no '{DocumentKey}'. Name a file that VideoTracker.Save wrote.");
        TrackerStateDocument? document;
        try
        {
            document = JsonSerializer.Deserialize<TrackerStateDocument>(json, Json);
        }
        catch (JsonException e)
        {
            throw new TrackerException($"'{file.Path}' is not a tracker's state that this version understands: {e.Message}");
        }
        return document is { Version: TrackerStateDocument.CurrentVersion }
            ? document
            : throw new TrackerException($"'{file.Path}' has version {document?.Version} of a tracker's state; this version reads {TrackerStateDocument.CurrentVersion}.");
    }

    private static TrackerStateDocument.ModelSizes SizesOf(Sam2Config config) => new(config.ImageSize, config.HiddenDim, config.MemDim, config.NumMaskmem);

    private static TrackerStateDocument.SavedObject Describe(ObjectState state) => new(
        state.Id, [.. state.Conditioning.Keys], [.. state.Tracked.Keys], [.. state.PendingConditioning.Keys], [.. state.PendingCorrections.Keys],
        state.Walked.Ranges, [.. state.Points.Select(pair => new TrackerStateDocument.SavedPoints(pair.Key, pair.Value.Coordinates, pair.Value.Labels))]);

    private static ObjectState Rebuild(SafetensorsFile file, TrackerStateDocument.SavedObject saved, Device device)
    {
        var state = new ObjectState(saved.Id);
        try
        {
            var frames = new[] { saved.Conditioning, saved.Tracked, saved.PendingConditioning, saved.PendingCorrections };
            foreach (var ((store, outputs), stored) in Stores(state).Zip(frames))
            {
                foreach (var frame in stored) outputs.Add(frame, ReadOutput(file, OutputName(saved.Id, store, frame), device));
            }
            foreach (var range in saved.Walked) state.Walked.Restore(range);
            foreach (var points in saved.Points) state.Points.Add(points.Frame, new PointPrompt(points.Coordinates, points.Labels));
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Where an object keeps outputs, each with the name it has in a file.</summary>
    private static (string Store, IDictionary<int, FrameOutput> Outputs)[] Stores(ObjectState state) =>
    [
        ("conditioning", state.Conditioning),
        ("tracked", state.Tracked),
        ("pending_conditioning", state.PendingConditioning),
        ("pending_corrections", state.PendingCorrections),
    ];

    private static string FeaturesName(int frame) => $"features.{frame}";

    private static string OutputName(int id, string store, int frame) => $"object.{id}.{store}.{frame}";

    private static void AddTensors(Dictionary<string, Tensor> tensors, string name, FrameOutput output)
    {
        tensors.Add($"{name}.pointer", output.ObjectPointer);
        tensors.Add($"{name}.score", output.ObjectScore);
        tensors.Add($"{name}.iou", output.Iou);
        if (output.LowResLogits is { } mask) tensors.Add($"{name}.mask", mask);
        if (output.Memory is { } memory) tensors.Add($"{name}.memory", memory.Features);
    }

    private static FrameOutput ReadOutput(SafetensorsFile file, string name, Device device)
    {
        Tensor? Optional(string part) => file.TryGet($"{name}.{part}", out _) ? Read(file, $"{name}.{part}", device) : null;
        return new FrameOutput(
            Optional("mask"), Read(file, $"{name}.pointer", device), Read(file, $"{name}.score", device), Read(file, $"{name}.iou", device),
            Optional("memory") is { } memory ? new MemoryFrame(memory) : null);
    }

    // A copy: the file may be replaced by the next checkpoint.
    private static Tensor Read(SafetensorsFile file, string name, Device device)
    {
        var entry = file[name];
        return from_bytes(file.Bytes(entry), entry.Dtype.ToScalarType(), [.. entry.Shape], device).DetachFromDisposeScope();
    }
}
