using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.InternViT;

/// <summary>Images to tokens: a linear map of each patch, a class token in front, learned positions on top.</summary>
public sealed class InternVisionEmbeddings
{
    private readonly InternVisionConfig _config;

    public InternVisionEmbeddings(WeightScope w, InternVisionConfig c)
    {
        _config = c;
        class_embedding = w.Get("class_embedding", Init.Normal(0.02), 1, 1, c.HiddenSize);
        patch_weight = w["patch_embedding"].GetMatrix("weight", Init.FanIn, c.HiddenSize, c.Channels, c.PatchSize, c.PatchSize);
        patch_bias = w["patch_embedding"].Get("bias", Init.Zeros, c.HiddenSize);
        position_embedding = w.Get("position_embedding", Init.Normal(0.02), 1, 1 + (long)c.Grid * c.Grid, c.HiddenSize);
    }

    public Tensor class_embedding { get; }

    public Tensor patch_weight { get; }

    public Tensor patch_bias { get; }

    public Tensor position_embedding { get; }

    /// <param name="pixels">[B, 3, H, W] normalised, sides multiples of the patch.</param>
    /// <returns>[B, 1 + h·w, C], patches row by row.</returns>
    public Tensor forward(Tensor pixels)
    {
        var (p, channels) = (_config.PatchSize, _config.Channels);
        if (pixels.dim() != 4 || pixels.size(1) != channels || pixels.size(2) % p != 0 || pixels.size(3) % p != 0)
            throw new ArgumentException($"InternViT takes images [batch, {channels}, height, width] with sides that are multiples of {p}, not {pixels}.", nameof(pixels));

        using var scope = NewDisposeScope();
        var (batch, h, w) = (pixels.size(0), pixels.size(2) / p, pixels.size(3) / p);
        var rows = pixels.reshape(batch, channels, h, p, w, p).permute(0, 2, 4, 1, 3, 5).reshape(batch, h * w, (long)channels * p * p);
        var patches = F.linear(rows, patch_weight.view(_config.HiddenSize, -1), patch_bias);         // [B, h·w, C]
        var tokens = cat([class_embedding.expand(batch, 1, -1), patches], 1);                        // [B, 1 + h·w, C]
        return (tokens + Positions(h, w)).MoveToOuterDisposeScope();
    }

    /// <summary>[1, 1 + h·w, C]; the table of another grid is resized in float32, its class position is kept.</summary>
    private Tensor Positions(long h, long w)
    {
        var grid = _config.Grid;
        if (h == grid && w == grid)
            return position_embedding;
        using var scope = NewDisposeScope();
        var table = position_embedding.narrow(1, 1, (long)grid * grid).to(float32).reshape(1, grid, grid, -1).permute(0, 3, 1, 2);
        var resized = F.interpolate(table, h, w, InterpolationMode.Bicubic).reshape(1, -1, h * w).permute(0, 2, 1);
        return cat([position_embedding.narrow(1, 0, 1), resized.to(position_embedding.dtype)], 1).MoveToOuterDisposeScope();
    }
}
