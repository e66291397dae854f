namespace Sa2VA.Datasets.RefShapes;

/// <summary>The kinds of ground: two greyish tones and a pattern that mixes them, with a little grain.</summary>
internal static class BackdropPatterns
{
    private const int Width = Backdrop.Width;
    private const int Height = Backdrop.Height;

    /// <summary>The brightest that a channel gets, so that white objects stand out and light cannot overflow.</summary>
    private const float Brightest = 168;

    public static ulong[][] Paint(RandomStream random)
    {
        var (first, second) = Tones(random);
        var mix = new float[Width * Height];
        switch (random.Next(6))
        {
            case 0: Clouds(random, mix, 48, 1); Clouds(random, mix, 16, 0.5f); break;
            case 1: Gradient(random, mix); break;
            case 2: Bricks(random, mix); break;
            case 3: Planks(random, mix); break;
            case 4: Speckle(random, mix); break;
            default: Clouds(random, mix, 9, 0.8f); Clouds(random, mix, 4, 0.5f); break;
        }

        return Colour(random, mix, first, second);
    }

    private static ((float R, float G, float B) First, (float R, float G, float B) Second) Tones(RandomStream random)
    {
        var level = random.Between(45f, 130f);
        var contrast = random.Between(14f, 40f) * (random.Chance(0.5f) ? 1 : -1);
        return (Tone(level), Tone(level + contrast));

        // Far from any named colour: a hue is hinted at by a few levels only.
        (float R, float G, float B) Tone(float grey) =>
            (grey + random.Between(-13f, 13f), grey + random.Between(-13f, 13f), grey + random.Between(-13f, 13f));
    }

    /// <summary>Adds smooth noise around zero with a lattice of <paramref name="cell"/> pixels.</summary>
    private static void Clouds(RandomStream random, float[] mix, int cell, float amount)
    {
        var (columns, rows) = (Width / cell + 2, Height / cell + 2);
        var lattice = new float[columns * rows];
        for (var i = 0; i < lattice.Length; i++) lattice[i] = random.Between(-amount, amount);
        var ease = new float[cell];
        for (var i = 0; i < cell; i++)
        {
            var t = (float)i / cell;
            ease[i] = t * t * (3 - 2 * t);
        }

        var line = new float[columns];
        for (var y = 0; y < Height; y++)
        {
            var row = y / cell * columns;
            var weight = ease[y % cell];
            for (var c = 0; c < columns; c++)
                line[c] = PortableMath.Lerp(lattice[row + c], lattice[row + columns + c], weight);
            for (int x = 0, c = 0, i = 0; x < Width; x++)
            {
                mix[y * Width + x] += line[c] + (line[c + 1] - line[c]) * ease[i];
                if (++i == cell) (i, c) = (0, c + 1);
            }
        }
    }

    private static void Gradient(RandomStream random, float[] mix)
    {
        var angle = random.Between(0f, 6.28f);
        var (cos, sin) = (PortableMath.Cos(angle) * 2 / Width, PortableMath.Sin(angle) * 2 / Width);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                mix[y * Width + x] = (x - Width / 2) * cos + (y - Height / 2) * sin;
        }

        Clouds(random, mix, 24, 0.3f);
    }

    private static void Bricks(RandomStream random, float[] mix)
    {
        var (width, height) = (random.Between(18, 34), random.Between(9, 16));
        var seed = random.NextBits();
        for (var y = 0; y < Height; y++)
        {
            var course = y / height;
            var shift = (course & 1) * width / 2;
            for (var x = 0; x < Width; x++)
            {
                var column = (x + shift) / width;
                var mortar = y % height < 2 || (x + shift) % width < 2;
                mix[y * Width + x] = mortar ? 1 : -0.8f + (RandomStream.Mix(seed + (ulong)(course * 64 + column)) >> 40) * (0.8f / (1 << 24));
            }
        }
    }

    private static void Planks(RandomStream random, float[] mix)
    {
        Clouds(random, mix, 12, 0.5f);
        var (thickness, grain, seed) = (random.Between(16, 30), random.Between(0.5f, 1.4f), random.NextBits());
        var upright = random.Chance(0.5f);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var across = upright ? x : y;
                var at = y * Width + x;
                var board = across / thickness;
                var tone = (RandomStream.Mix(seed + (ulong)board) >> 40) * (1f / (1 << 24)) - 0.5f;
                var rings = (across + mix[at] * 9) * grain;
                mix[at] = across % thickness == 0 ? 1.2f : tone + 0.35f * MathF.Abs(rings - MathF.Floor(rings * 0.25f) * 4 - 2) - 0.3f;
            }
        }
    }

    private static void Speckle(RandomStream random, float[] mix)
    {
        Clouds(random, mix, 32, 0.5f);
        for (var i = 0; i < 1400; i++)
        {
            var (x, y) = (random.Next(Width - 2), random.Next(Height - 2));
            var value = random.Between(-1.1f, 1.1f);
            var size = random.Between(1, 3);
            for (var dy = 0; dy < Math.Min(size, 2); dy++)
            {
                for (var dx = 0; dx < size && x + dx < Width; dx++) mix[(y + dy) * Width + x + dx] += value;
            }
        }
    }

    /// <summary>Mixes the tones (-1 is the first, 1 the second), adds grain, and packs the channels into lanes.</summary>
    private static ulong[][] Colour(RandomStream random, float[] mix, (float R, float G, float B) first, (float R, float G, float B) second)
    {
        var grain = random.Between(1f, 5f) / 128;
        var rows = new ulong[Height][];
        ulong bits = 0;
        for (var y = 0; y < Height; y++)
        {
            rows[y] = new ulong[Width];
            for (var x = 0; x < Width; x++)
            {
                bits = (x & 7) == 0 ? random.NextBits() : bits >> 8;
                var noise = ((int)(bits & 255) - 128) * grain;
                var share = 0.5f + 0.5f * mix[y * Width + x];
                rows[y][x] = Lane(first.R, second.R) | Lane(first.G, second.G) << 16 | Lane(first.B, second.B) << 32;

                ulong Lane(float a, float b) => (ulong)MathF.Max(0, MathF.Min(Brightest, a + (b - a) * share + noise));
            }
        }

        return rows;
    }
}
