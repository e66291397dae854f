using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2;

/// <summary>A map cut into square windows; maps that they do not divide are padded with zeros at the bottom and right.</summary>
internal readonly record struct WindowGrid(long Batch, long Rows, long Columns, long Window, bool Padded)
{
    public WindowGrid(long batch, long height, long width, long window)
        : this(batch, (height + window - 1) / window, (width + window - 1) / window, window, height % window != 0 || width % window != 0)
    {
    }

    /// <summary>The same windows after their maps were pooled.</summary>
    public WindowGrid Shrink(long pool) => this with { Window = Window / pool };

    /// <summary>(B, H, W, C) → (B · rows · columns, window, window, C); the padding takes part as it is.</summary>
    public Tensor Partition(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (Padded)
            x = F.pad(x, [0, 0, 0, Columns * Window - x.size(2), 0, Rows * Window - x.size(1)]);
        return x.reshape(Batch, Rows, Window, Columns, Window, -1).transpose(2, 3).reshape(-1, Window, Window, x.size(3)).MoveToOuterDisposeScope();
    }

    /// <summary>(B · rows · columns, window, window, C) → (B, height, width, C) without the padding.</summary>
    public Tensor Join(Tensor windows, long height, long width)
    {
        using var scope = NewDisposeScope();
        var x = windows.reshape(Batch, Rows, Columns, Window, Window, -1).transpose(2, 3).reshape(Batch, Rows * Window, Columns * Window, -1);
        return (Padded ? x.narrow(1, 0, height).narrow(2, 0, width) : x).MoveToOuterDisposeScope();
    }
}
