using Sa2VA.Models.Layers;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Conditions a frame on the memory bank of each of B objects (sam2/modeling/sam2_base.py, _prepare_memory_conditioned_features),
/// computing nothing twice: the first layer's self attention and queries do not depend on the object; a memory's keys are made when
/// it is first read and only the temporal term, RoPE(W·tpos), is added per frame; values stay as narrow as the memory.
/// N tokens, C channels, D memory channels.
/// </summary>
public sealed class MemoryReader
{
    // On a device objects share calls; on the CPU one object's products are large enough, and more would only need more memory.
    private const int ObjectsPerCallOnDevice = 16;

    private readonly Sam2Config _config;
    private readonly SinePosition _framePositions;
    private readonly SinePosition _memoryPositions;
    private readonly Tensor maskmem_tpos_enc;
    private readonly Linear? obj_ptr_tpos_proj;
    private readonly ConstantTable<int> _temporalKeys;

    /// <param name="w">Scope of the whole tracker.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="framePositions">The image features' positions.</param>
    /// <param name="memoryPositions">The memories' positions.</param>
    public MemoryReader(WeightScope w, Sam2Config config, SinePosition framePositions, SinePosition memoryPositions)
    {
        (_config, _framePositions, _memoryPositions) = (config, framePositions, memoryPositions);
        memory_attention = new MemoryAttention(w["memory_attention"], config.MemoryAttention);
        maskmem_tpos_enc = w.Get("maskmem_tpos_enc", Init.TruncatedNormal(), config.NumMaskmem, 1, 1, config.MemDim);
        if (config.ProjTposEncInObjPtrs)
            obj_ptr_tpos_proj = new Linear(w["obj_ptr_tpos_proj"], config.HiddenDim, config.MemDim);
        _temporalKeys = w.Own(new ConstantTable<int>());
    }

    public MemoryAttention memory_attention { get; }

    /// <summary>Attends with one frame to the memories of B objects.</summary>
    /// <param name="feature">[1, C, h, w] the frame's features without memory.</param>
    /// <param name="objects">What each object remembers; the keys of its memories may be kept in <see cref="MemoryFrame.Derived"/>.</param>
    /// <param name="pointerReach">The unit of the pointers' distances plus one: the configured maximum, or the length of a shorter video.</param>
    /// <param name="keepKeys">Whether the memories keep their keys: faster, at 4·C bytes per token and layer.</param>
    /// <returns>[B, C, h, w], a channels-last view.</returns>
    public Tensor Attend(Tensor feature, IReadOnlyList<ObjectMemory> objects, int pointerReach, bool keepKeys = true)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (feature.size(2), feature.size(3));
        var positions = _framePositions.Tokens(height, width);
        var first = memory_attention.layers[0];
        var frame = first.SelfAttend(memory_attention.Begin(Tokens(feature), positions), positions);    // (1, N, C), for all objects
        var queries = first.cross_attn_image.Queries(first.CrossInput(frame, positions));

        var banks = objects.Select(memory => Bank(memory, height, width, pointerReach, keepKeys)).ToList();
        var rows = new Tensor[banks.Count];
        foreach (var group in Groups(banks, height * width, feature.device))
        {
            var attended = AttendGroup(frame, queries, positions, [.. group.Select(i => banks[i])]);
            for (var i = 0; i < group.Count; i++)
                rows[group[i]] = attended.narrow(0, i, 1);
        }

        var all = rows.Length == 1 ? rows[0] : cat(rows);
        return all.transpose(1, 2).view(rows.Length, -1, height, width).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The official form, memories and positions concatenated, for B objects that remember as many frames each: slower, any frame
    /// for any object, with gradients. What a training step uses, and what <see cref="Attend"/> is tested against.
    /// </summary>
    /// <param name="features">[B, C, h, w] each object's frame without memory.</param>
    /// <param name="spatial">Memories [B, D, h, w] with their temporal rows, in the order of attention.</param>
    /// <param name="pointers">Object pointers [B, C] with their distances in frames, [B] float32.</param>
    /// <param name="pointerReach">As for <see cref="Attend"/>.</param>
    /// <returns>[B, C, h, w], a view.</returns>
    public Tensor AttendWhole(
        Tensor features, IReadOnlyList<(Tensor Memory, int TemporalRow)> spatial, IReadOnlyList<(Tensor Pointer, Tensor Distance)> pointers, int pointerReach)
    {
        using var scope = NewDisposeScope();
        var (batch, height, width) = (features.size(0), features.size(2), features.size(3));
        var place = _memoryPositions.Tokens(height, width).transpose(0, 1);    // (N, 1, D)
        var tokens = spatial.Select(read => read.Memory.to(maskmem_tpos_enc.dtype).flatten(2).permute(2, 0, 1)).ToList();
        var places = spatial.Select(read => (place + maskmem_tpos_enc[read.TemporalRow].view(1, 1, -1)).expand(-1, batch, -1)).ToList();
        foreach (var (pointer, distance) in _config.UseObjPtrsInEncoder ? pointers : [])
        {
            var parts = pointer.to(maskmem_tpos_enc.dtype).reshape(batch, -1, _config.MemDim).transpose(0, 1);    // (C / D, B, D)
            tokens.Add(parts);
            places.Add(_config.AddTposEncToObjPtrs ? CodeOf(distance, pointerReach).unsqueeze(0).expand(parts.shape) : zeros_like(parts));
        }

        var pointerTokens = tokens.Skip(spatial.Count).Sum(part => part.size(0));
        var attended = memory_attention.forward(
            features.flatten(2).permute(2, 0, 1), cat([.. tokens]), _framePositions.Tokens(height, width).transpose(0, 1), cat([.. places]), pointerTokens);
        return attended.permute(1, 2, 0).reshape(batch, -1, height, width).MoveToOuterDisposeScope();
    }

    // The rest of the layers for objects with as many keys each: (1, N, C) → (G, N, C).
    private Tensor AttendGroup(Tensor frame, Tensor queries, Tensor positions, IReadOnlyList<ObjectBank> banks)
    {
        using var scope = NewDisposeScope();
        var tokens = frame.size(1);
        var length = banks[0].Length(tokens);
        var cross = memory_attention.layers[0].cross_attn_image;
        var memory = empty([banks.Count, length, _config.MemDim], frame.dtype, frame.device);
        var keys = empty([banks.Count, length, cross.Inside], frame.dtype, frame.device);    // of one layer at a time
        for (var i = 0; i < banks.Count; i++)
            FillMemory(memory[i], banks[i], tokens);

        for (var i = 0; i < memory_attention.layers.Count; i++)
        {
            using var inner = NewDisposeScope();
            var layer = memory_attention.layers[i];
            if (i > 0)
            {
                frame = layer.SelfAttend(frame, positions);
                queries = layer.cross_attn_image.Queries(layer.CrossInput(frame, positions));
            }

            for (var row = 0; row < banks.Count; row++)
                FillKeys(keys[row], banks[row], i, tokens);
            frame = frame + layer.cross_attn_image.OverMemory(queries, keys, memory);
            frame = layer.FeedForward(frame).MoveToOuterDisposeScope();
        }

        return memory_attention.norm.forward(frame).MoveToOuterDisposeScope();
    }

    // (M, D)
    private static void FillMemory(Tensor memory, ObjectBank bank, long tokens)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < bank.Spatial.Count; i++)
            memory.narrow(0, i * tokens, tokens).copy_(Flat(bank.Spatial[i].Frame));
        if (bank.Pointers is not null)
            memory.narrow(0, bank.Spatial.Count * tokens, bank.PointerTokens).copy_(bank.Pointers);
    }

    // (M, H·d)
    private void FillKeys(Tensor keys, ObjectBank bank, int layer, long tokens)
    {
        using var scope = NewDisposeScope();
        var attention = memory_attention.layers[layer].cross_attn_image;
        for (var i = 0; i < bank.Spatial.Count; i++)
            AddTemporalTerm(keys.narrow(0, i * tokens, tokens), bank.Keys[i][layer], layer, bank.Spatial[i].TemporalRow);
        var pointers = _config.MemoryAttention.PosEncAtCrossAttnKeys ? bank.PlacedPointers : bank.Pointers;
        if (pointers is not null)
            keys.narrow(0, bank.Spatial.Count * tokens, bank.PointerTokens).copy_(attention.Keys(pointers));
    }

    // target = keys + RoPE(W·tpos): the projected row is the same for every token, only its turn differs.
    private void AddTemporalTerm(Tensor target, Tensor keys, int layer, int row)
    {
        if (!_config.MemoryAttention.PosEncAtCrossAttnKeys)
        {
            target.copy_(keys);
            return;
        }

        using var scope = NewDisposeScope();
        var attention = memory_attention.layers[layer].cross_attn_image;
        var tokens = keys.size(0);
        var table = attention.TableOf(tokens);
        var term = attention.Rope.AsComplex(_temporalKeys.Get(layer, TemporalKeys)[row].view(1, -1), 1)[0];    // (1, H, d/2)
        var whole = attention.Rope.AsComplex(keys, tokens)[0];                                                 // (N, H, d/2)
        if (target.dtype == float32)
            Dispatcher.Run("aten::addcmul", "out", whole, table, term, (Scalar)1.0, attention.Rope.AsComplex(target, tokens)[0]);
        else
            target.copy_(AxialRope.AsReal(Dispatcher.Call("aten::addcmul", "", whole, table, term), keys.shape));
    }

    // The temporal rows as a layer's keys see them, without the bias: [rows, H·d]
    private Tensor TemporalKeys(int layer) =>
        memory_attention.layers[layer].cross_attn_image.Keys(maskmem_tpos_enc.view(maskmem_tpos_enc.size(0), -1), bias: false).to(float32);

    private ObjectBank Bank(ObjectMemory memory, long height, long width, int pointerReach, bool keepKeys)
    {
        var keys = memory.Spatial.Select(read => read.Frame.Derived as MemoryKeys ?? MakeKeys(read.Frame, height, width, keepKeys)).ToList();
        var (pointers, placed) = Pointers(memory.Pointers, pointerReach);
        return new ObjectBank(memory.Spatial, keys, pointers, placed);
    }

    private MemoryKeys MakeKeys(MemoryFrame frame, long height, long width, bool keep)
    {
        using var scope = NewDisposeScope();
        var tokens = MemoryTokens(frame);
        if (_config.MemoryAttention.PosEncAtCrossAttnKeys)
            tokens = tokens + _memoryPositions.Tokens(height, width)[0];
        var perLayer = new Tensor[memory_attention.layers.Count];
        for (var i = 0; i < perLayer.Length; i++)
        {
            var attention = memory_attention.layers[i].cross_attn_image;
            var keys = attention.Rope.RotateFresh(attention.Keys(tokens).to(float32), attention.TableOf(tokens.size(0)));
            perLayer[i] = keep ? keys : keys.MoveToOuterDisposeScope();
        }

        // All of them or, when memory ran out on the way, none.
        foreach (var keys in keep ? perLayer : []) keys.DetachFromDisposeScope();
        var made = new MemoryKeys(perLayer);
        if (keep)
            frame.Derived = made;
        return made;
    }

    // Each pointer becomes C / D tokens; their times are the same.
    private (Tensor? Tokens, Tensor? Placed) Pointers(IReadOnlyList<PointerMemory> pointers, int reach)
    {
        if (pointers.Count == 0 || !_config.UseObjPtrsInEncoder)
            return (null, null);
        using var scope = NewDisposeScope();
        var parts = _config.HiddenDim / _config.MemDim;
        var tokens = cat([.. pointers.Select(read => read.Pointer)]).to(maskmem_tpos_enc.dtype).reshape(pointers.Count * parts, _config.MemDim);
        var placed = tokens;
        if (_config.AddTposEncToObjPtrs)
        {
            var code = CodeOf(tensor([.. pointers.Select(read => (float)read.Distance)], tokens.device), reach);
            placed = tokens + code.repeat_interleave(parts, 0);
        }

        return (tokens.MoveToOuterDisposeScope(), ReferenceEquals(placed, tokens) ? tokens : placed.MoveToOuterDisposeScope());
    }

    // What distances in frames [n] add to pointer tokens: [n, D]
    private Tensor CodeOf(Tensor distances, int reach)
    {
        using var scope = NewDisposeScope();
        var times = distances / (double)Math.Max(reach - 1, 1);
        var code = SinePosition.OfTimes(times, obj_ptr_tpos_proj is null ? _config.MemDim : _config.HiddenDim).to(maskmem_tpos_enc.dtype);
        return (obj_ptr_tpos_proj?.forward(code) ?? code).MoveToOuterDisposeScope();
    }

    // Objects with as many keys can share calls.
    private static IEnumerable<IReadOnlyList<int>> Groups(IReadOnlyList<ObjectBank> banks, long tokens, Device device)
    {
        var size = device.Type == DeviceType.CPU ? 1 : ObjectsPerCallOnDevice;
        return Enumerable.Range(0, banks.Count).GroupBy(i => banks[i].Length(tokens)).SelectMany(group => group.Chunk(size));
    }

    // [1, C, h, w] → (1, h·w, C)
    private static Tensor Tokens(Tensor feature)
    {
        using var scope = NewDisposeScope();
        return feature.flatten(2).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor MemoryTokens(MemoryFrame frame)
    {
        using var scope = NewDisposeScope();
        return Flat(frame).to(maskmem_tpos_enc.dtype).contiguous().MoveToOuterDisposeScope();
    }

    // [1, D, h, w] → (h·w, D) as stored
    private static Tensor Flat(MemoryFrame frame)
    {
        using var scope = NewDisposeScope();
        return frame.Features[0].flatten(1).transpose(0, 1).MoveToOuterDisposeScope();
    }
}
