namespace Sa2VA.Datasets.RefShapes;

/// <summary>Random places in and around the frame, in world pixels. An object is a circle of radius r here.</summary>
internal sealed class Places(RandomStream random)
{
    private const int Width = RefShapesVideo.FrameWidth;
    private const int Height = RefShapesVideo.FrameHeight;

    public (float X, float Y) Inside(float r)
    {
        var (x, y) = (MathF.Min(r + 4, Width / 2f - 4), MathF.Min(r + 4, Height / 2f - 4));
        return (random.Between(x, Width - x), random.Between(y, Height - y));
    }

    /// <summary>Of three points inside, the one nearest to an edge.</summary>
    public (float X, float Y) NearEdge(float r)
    {
        var best = Inside(r);
        for (var i = 0; i < 2; i++)
        {
            var other = Inside(r);
            if (ToEdge(other) < ToEdge(best)) best = other;
        }

        return best;

        static float ToEdge((float X, float Y) p) => MathF.Min(MathF.Min(p.X, Width - p.X), MathF.Min(p.Y, Height - p.Y));
    }

    /// <summary>A straight way inside the frame, mostly along an axis.</summary>
    public ((float X, float Y) From, (float X, float Y) To) Leg(float r, float shortest, float longest)
    {
        while (true)
        {
            var from = Inside(r);
            var angle = random.Chance(0.7f) ? random.Next(4) * MathF.PI / 2 + random.Between(-0.17f, 0.17f) : random.Between(0f, 2 * MathF.PI);
            var length = random.Between(shortest, longest);
            var (x, y) = (from.X + length * PortableMath.Cos(angle), from.Y + length * PortableMath.Sin(angle));
            if (x > r && x < Width - r && y > r && y < Height - r) return (from, (x, y));
        }
    }

    /// <summary>A point outside the frame, straight across its nearest edge or any edge.</summary>
    public (float X, float Y) Beyond(float x, float y, float r, bool nearest)
    {
        var (beyondX, beyondY) = (8 + 1.1f * r, 6 + 1.1f * r);
        var side = random.Next(4);
        if (nearest)
        {
            var (left, right, top, bottom) = (x, Width - x, y, Height - y);
            var least = MathF.Min(MathF.Min(left, right), MathF.Min(top, bottom));
            side = least == left ? 0 : least == right ? 1 : least == top ? 2 : 3;
        }

        return side switch
        {
            0 => (-beyondX, y),
            1 => (Width + beyondX, y),
            2 => (x, -beyondY),
            _ => (x, Height + beyondY),
        };
    }
}
