using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Tests.Tracking;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.UniPixel;

/// <summary>What UniPixel adds to Qwen2.5-VL and SAM 2.1, against recorded values: every tensor of the recording.</summary>
public sealed class UniPixelGoldenTests : IDisposable
{
    private const string Folder = "unipixel";
    private const double Tolerance = 3e-5;

    // The recorded masks differ by up to 7e-6 between two runs, and by 2.3e-5 when the input has noise of 1e-6.
    private const double MaskTolerance = 1e-3;

    private readonly GoldenFolder _golden = Golden.Open(Folder);
    private readonly CheckpointStore _store;

    public UniPixelGoldenTests() => _store = CheckpointStore.Open(_golden.WeightsPath);

    private int Hidden => _golden.Config.GetProperty("llm_hidden_size").GetInt32();

    private int GroupWidth => _golden.Config.GetProperty("merger_hidden_size").GetInt32();

    private int Tokens => _golden.Config.GetProperty("sam2_hidden_tokens").GetInt32();

    private PatchGrid Grid
    {
        get
        {
            var grid = _golden.Config.GetProperty("video_grid_thw")[0];
            return new PatchGrid(grid[0].GetInt32(), grid[1].GetInt32(), grid[2].GetInt32());
        }
    }

    private Sam2Config Tracker => Sam2Config.FromJson(_golden.Config.GetProperty("sam2"));

    public void Dispose()
    {
        _store.Dispose();
        _golden.Dispose();
    }

    [Fact]
    public void Clicks_and_boxes_become_the_recorded_embeddings_at_their_places()
    {
        using var scope = NewDisposeScope();
        var encoder = new ReferenceEncoder(new WeightScope(_store), Tracker, Hidden);
        List<PointedObject> objects = [.. Enumerable.Range(0, 3).Select(i => new PointedObject(
            (int)_golden[$"prompt.obj{i}.frame"].item<long>(), _golden[$"prompt.obj{i}.point_coords"].ToArray<float>())
        {
            IsNegative = _golden[$"prompt.obj{i}.point_labels"].to(int64).ToArray<long>() is [0],
        })];
        for (var i = 0; i < objects.Count; i++)
            Assert.Equal(_golden[$"prompt.obj{i}.point_labels"].to(int64).ToArray<long>(), objects[i].Labels.Select(label => (long)label));
        Assert.Equal(_golden.Config.GetProperty("temporal_size_for_point_frames").GetInt32(), 2 * Grid.Slices);

        _golden.AssertClose("prompt.point_features", encoder.Where(objects), Tolerance);
        _golden.AssertClose("prompt.temporal_features", encoder.When([.. objects.Select(one => one.Frame)], Grid.Slices), Tolerance);
        var embeddings = encoder.forward(objects, Grid.Slices);
        _golden.AssertClose("prompt.ref_embeddings", embeddings, Tolerance);
        var embedded = _golden["prompt.inputs_embeds_before"].clone();
        int[] ids = [.. _golden["prompt.input_ids"].ToArray<long>().Select(id => (int)id)];
        Placeholders.Fill(embedded, ids, _golden.Config.GetProperty("ref_token_id").GetInt32(), embeddings);
        // The recorded prompt has remembered objects as well.
        Placeholders.Fill(embedded, ids, _golden.Config.GetProperty("mem_token_id").GetInt32(), _golden["object_memory.embeddings"]);
        _golden.AssertClose("prompt.inputs_embeds_after", embedded, Tolerance);
    }

    [Fact]
    public void Remembered_objects_become_the_recorded_embeddings_with_rows_as_the_tower_has_them()
    {
        using var scope = NewDisposeScope();
        var objects = new ObjectFeatures(new WeightScope(_store)["msk_proj"], GroupWidth, Hidden);
        var groups = _golden["object_memory.merger_mlp_input"];
        var windows = WindowOrder.Of(Grid, new QwenVisionConfig { WindowSize = 56 });

        _golden.AssertClose("object_memory.embeddings", Embed(ObjectFeatures.Rows(groups, windows)), Tolerance);
        var inRasterOrder = Difference.Between(_golden["object_memory.embeddings"], Embed(ObjectFeatures.Rows(groups, windows, asTheyStand: false)), Tolerance);
        Assert.True(inRasterOrder.Largest > 1e-2, $"{inRasterOrder}");

        // Object by object, and of each slice by slice; one slice has no mask of an object.
        Tensor Embed(Tensor rows)
        {
            var masks = _golden["object_memory.refer_mask"];                                         // [T, objects, rows, columns]
            return objects.forward(cat([.. Enumerable.Range(0, (int)masks.size(1)).Select(one => ObjectFeatures.Pool(rows, masks.select(1, one).flatten(1).ne(0)))]));
        }
    }

    [Fact]
    public void A_state_before_the_final_norm_becomes_the_recorded_tokens()
    {
        using var scope = NewDisposeScope();
        var head = new SegmentationHead(new WeightScope(_store)["seg_head"], Hidden, Tokens, Tracker.HiddenDim);

        _golden.AssertClose("seg_head.tokens", head.forward(_golden["seg_head.pre_norm_hidden"]), Tolerance);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Tokens_on_the_first_frame_are_tracked_as_recorded(int segment)
    {
        using var scope = NewDisposeScope();
        var frames = _golden["sam2.frames_uint8_model_size"];
        var config = Tracker;
        var model = new Sam2Model(new WeightScope(_store)["sam2"], config);
        var protocol = new UniPixelProtocol();
        var options = protocol.Configure(new TrackerOptions { HistoryFrames = int.MaxValue, MemoryDtype = ScalarType.Float32, FrameCount = (int)frames.size(0) });
        using var tracker = new VideoTracker(model, options, _golden.Config.GetProperty("video_height").GetInt32(), _golden.Config.GetProperty("video_width").GetInt32());
        var (lowRes, scores, masks) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
        for (var frame = 0; frame < frames.size(0); frame++)
        {
            using var features = model.EncodeImage(ImageNormalizer.Sam2.Normalize(frames.narrow(0, frame, 1)));
            if (frame == 0)
            {
                using var shown = protocol.Prompt(tracker, frame, features, objectId: 7, _golden["seg_head.tokens"].select(0, segment).ToArray<float>());
                tracker.BeginPropagation();
            }

            using var tracked = tracker.Track(frame, features);
            lowRes.Add(tracked.LowResLogits.squeeze(0).squeeze(0).clone());
            scores.Add(tracked.ObjectScoreLogits.clone());
            if (frame == 0 || frame == frames.size(0) - 1)
                masks.Add(tracked.VideoLogits().squeeze(0));
        }

        _golden.AssertClose($"sam2.seg{segment}.pred_masks_low_res", stack([.. lowRes]), MaskTolerance);
        _golden.AssertClose($"sam2.seg{segment}.object_score_logits", cat([.. scores]), MaskTolerance);
        _golden.AssertClose($"sam2.seg{segment}.video_res_masks_first_last", stack([.. masks]), MaskTolerance);
        _golden.AssertClose($"sam2.seg{segment}.obj_ptr", Pointers(tracker), MaskTolerance);
    }

    [Fact]
    public void The_recorded_state_dict_has_these_parts_and_no_others()
    {
        var root = new WeightScope(_store);
        _ = new ReferenceEncoder(root, Tracker, Hidden);
        _ = new ObjectFeatures(root["msk_proj"], GroupWidth, Hidden);
        _ = new SegmentationHead(root["seg_head"], Hidden, Tokens, Tracker.HiddenDim);
        var sam2 = new Sam2Model(root["sam2"], Tracker with { NoObjEmbedSpatial = false, ProjTposEncInObjPtrs = false });

        Assert.True(sam2.Config is { NoObjEmbedSpatial: true, ProjTposEncInObjPtrs: true });
        Assert.Empty(_store.Surplus());
    }

    private static Tensor Pointers(VideoTracker tracker)
    {
        using var folder = new TemporaryFolder();
        tracker.Save(folder.File("state"));
        var state = new SavedState(SafetensorsTensors.Load(folder.File("state")));
        return cat([.. state.Frames(7).Select(frame => state.Part(7, frame, "pointer"))]);
    }
}
