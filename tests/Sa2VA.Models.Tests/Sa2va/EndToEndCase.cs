using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>A recorded run of a whole Sa2VA: its network, and what its config.json says of the run.</summary>
internal sealed class EndToEndCase : IDisposable
{
    private readonly CheckpointStore _store;

    public EndToEndCase(string folder)
    {
        Golden = Testing.Golden.Open(folder);
        _store = CheckpointStore.Open(Golden.WeightsPath);
        var root = new WeightScope(_store);
        Network = new Sa2vaNetwork(root, root, Sa2vaConfig.FromJson(Golden.Config));
        _store.ThrowIfSurplus();
    }

    public GoldenFolder Golden { get; }

    public Sa2vaNetwork Network { get; }

    public int Placeholder => Integer("img_context_token_id");

    public int Segmentation => Integer("seg_token_id");

    public int KeyFrames => Integer("num_key_frames");

    public int Integer(string name) => Golden.Config.GetProperty(name).GetInt32();

    public void Dispose()
    {
        _store.Dispose();
        Golden.Dispose();
    }
}
