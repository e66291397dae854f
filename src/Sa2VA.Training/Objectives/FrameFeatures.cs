using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;

namespace Sa2VA.Training.Objectives;

/// <summary>The image encoder's maps of [B·slots] frames with the graph that made them; tensors of the current scope.</summary>
/// <param name="Fine">[F, C, S/4, S/4]</param>
/// <param name="Middle">[F, C, S/8, S/8]</param>
/// <param name="Coarse">[F, C, S/16, S/16]</param>
public sealed record FrameFeatures(Tensor Fine, Tensor Middle, Tensor Coarse)
{
    private readonly Dictionary<Sam2MaskDecoder, HighResFeatures> _projected = [];

    /// <summary>Encodes frames [F, 3, S, S].</summary>
    public static FrameFeatures Of(Sam2Model model, Tensor frames)
    {
        var levels = model.image_encoder.forward(frames);
        return new FrameFeatures(levels[0], levels[1], levels[2]);
    }

    /// <summary>The fine maps of some frames as a decoder wants them; projected once per decoder.</summary>
    /// <param name="decoder">Whose projections.</param>
    /// <param name="rows">[n] int64, which frames.</param>
    public HighResFeatures HighRes(Sam2MaskDecoder decoder, Tensor rows)
    {
        if (!_projected.TryGetValue(decoder, out var all))
            _projected.Add(decoder, all = decoder.Project(Fine, Middle));
        return new HighResFeatures(all.S0.index_select(0, rows), all.S1.index_select(0, rows));
    }
}
