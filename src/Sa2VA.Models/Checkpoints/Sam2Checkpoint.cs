using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// A plain SAM 2 or 2.1 checkpoint under the names of the official code, ready to track clicks, boxes and masks. It owns the weights.
/// </summary>
public sealed class Sam2Checkpoint : IDisposable
{
    private readonly CheckpointStore _store;

    private Sam2Checkpoint(CheckpointStore store, Sam2Model model) => (_store, Model) = (store, model);

    /// <summary>The networks.</summary>
    public Sam2Model Model { get; }

    /// <summary>Bytes of weights that are copies; the rest is the mapped files.</summary>
    public long CopiedBytes => _store.CopiedBytes;

    /// <summary>
    /// Loads a folder or a safetensors file. The size is told by the tensors, or by <c>sam2</c> in <c>config.json</c> when the trunk is
    /// none of the published ones; the settings are those of the stock video predictor.
    /// </summary>
    /// <exception cref="ModelFolderException">The folder is of another kind, or a weight is missing, surplus or misshaped.</exception>
    public static Sam2Checkpoint Load(string path, Device? device = null)
    {
        string prefix;
        Sam2Config config;
        using (var folder = ModelFolder.Open(path))
        {
            if (folder.Kind != ModelKind.Sam2)
                throw new ModelFolderException($"'{path}' is a model of the Sa2VA family, not a plain SAM 2 checkpoint.");
            prefix = folder.TrackerPrefix!;
            config = ConfigOf(folder);
        }

        var store = CheckpointStore.Open(path, device);
        try
        {
            var model = new Sam2Model(new WeightScope(store, prefix.TrimEnd('.')), config);
            store.ThrowIfSurplus();
            return new Sam2Checkpoint(store, model);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Releases the weights.</summary>
    public void Dispose() => _store.Dispose();

    private static Sam2Config ConfigOf(ModelFolder folder)
    {
        if (folder.Config is { } json && ConfigFile.Child(json, "sam2") is not null)
        {
            try
            {
                return Sam2Config.FromJson(json);
            }
            catch (Exception e) when (e is InvalidOperationException or FormatException or NotSupportedException)
            {
                throw new ModelFolderException($"'sam2' in '{Path.Combine(folder.Path, ConfigFile.Name)}' cannot be used: {e.Message}", e);
            }
        }

        var shape = Sam2Shape.Of(folder.Weights, folder.TrackerPrefix!);
        var trunk = Sam2Config.TrunkOf(shape.EmbedDim, shape.Blocks) ?? throw new ModelFolderException(
            $"'{folder.Path}' holds a SAM 2 whose trunk has {shape.Blocks} blocks from {shape.EmbedDim} channels; that is none of the published sizes. Describe it under 'sam2' in {ConfigFile.Name}.");
        // What 2.1 added follows the checkpoint, whatever the preset says.
        return (Sam2Config.HieraLarge() with { Trunk = trunk, NoObjEmbedSpatial = false, ProjTposEncInObjPtrs = false, AddTposEncToObjPtrs = false, UseSignedTposEncToObjPtrs = false })
            .WithVideoPostprocessing();
    }
}
