namespace Sa2VA.Testing;

/// <summary>
/// The picture of the sample clip, drawn from arithmetic: a red ball, a blue square and a striped triangle move over a textured ground,
/// and a wall hides what passes behind it. The truth about every object is known in every frame.
/// </summary>
public static class ShapesClip
{
    /// <summary>Width in pixels.</summary>
    public const int Width = 480;

    /// <summary>Height in pixels.</summary>
    public const int Height = 270;

    /// <summary>Frames per second.</summary>
    public const int Rate = 24;

    /// <summary>Number of frames.</summary>
    public const int Frames = 84;

    private const double BallRadius = 30;
    private const double SquareHalf = 26;
    private const double TriangleRadius = 38;
    private const int WallLeft = 264;
    private const int WallRight = 312;

    /// <summary>The things in the clip; the ground is what is none of them.</summary>
    public enum Thing
    {
        /// <summary>Textured, at rest.</summary>
        Ground,

        /// <summary>Red, from left to right, behind the wall on its way.</summary>
        Ball,

        /// <summary>Blue, in the upper half, from right to left in front of the ground and behind the wall.</summary>
        Square,

        /// <summary>Yellow and dark stripes, turning, near the bottom, in front of everything.</summary>
        Triangle,

        /// <summary>Grey, at rest.</summary>
        Wall,
    }

    /// <summary>Centre of an object in pixels.</summary>
    public static (double X, double Y) Centre(Thing thing, int frame)
    {
        var t = (double)frame / (Frames - 1);
        return thing switch
        {
            Thing.Ball => (60 + t * 360, 150 - 34 * Math.Abs(Math.Sin(t * Math.PI * 3))),
            Thing.Square => (430 - t * 370, 58 + 20 * Math.Sin(t * Math.PI * 2)),
            Thing.Triangle => (120 + 70 * Math.Sin(t * Math.PI * 2), 218),
            _ => throw new ArgumentOutOfRangeException(nameof(thing), thing, "It does not move."),
        };
    }

    /// <summary>What is seen at a pixel's centre.</summary>
    public static Thing At(int frame, int x, int y) => Sample(frame, x + 0.5, y + 0.5).Thing;

    /// <summary>One frame, RGB [H, W, 3]; edges are smoothed by four samples a pixel.</summary>
    public static byte[] Render(int frame)
    {
        var pixels = new byte[Width * Height * 3];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var (r, g, b) = (0, 0, 0);
                for (var s = 0; s < 4; s++)
                {
                    var (_, colour) = Sample(frame, x + 0.25 + 0.5 * (s & 1), y + 0.25 + 0.5 * (s >> 1));
                    (r, g, b) = (r + colour.R, g + colour.G, b + colour.B);
                }

                var at = (y * Width + x) * 3;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(r / 4), (byte)(g / 4), (byte)(b / 4));
            }
        }

        return pixels;
    }

    private static (Thing Thing, (int R, int G, int B) Colour) Sample(int frame, double x, double y)
    {
        if (Triangle(frame, x, y) is { } stripes)
            return (Thing.Triangle, stripes);
        if (x is >= WallLeft and < WallRight)
            return (Thing.Wall, Wall(x, y));
        var (ballX, ballY) = Centre(Thing.Ball, frame);
        var distance = Math.Sqrt((x - ballX) * (x - ballX) + (y - ballY) * (y - ballY)) / BallRadius;
        if (distance < 1)
        {
            // Lit from the upper left.
            var light = 0.75 + 0.3 * ((ballX - x) + (ballY - y)) / (2 * BallRadius) - 0.2 * distance * distance;
            return (Thing.Ball, (Byte(250 * light), Byte(52 * light), Byte(44 * light)));
        }

        var (squareX, squareY) = Centre(Thing.Square, frame);
        if (Math.Abs(x - squareX) < SquareHalf && Math.Abs(y - squareY) < SquareHalf)
            return (Thing.Square, Math.Abs(x - squareX) > SquareHalf - 5 || Math.Abs(y - squareY) > SquareHalf - 5 ? (20, 50, 150) : (50, 100, 225));
        return (Thing.Ground, Ground(x, y));
    }

    private static (int R, int G, int B)? Triangle(int frame, double x, double y)
    {
        var (centreX, centreY) = Centre(Thing.Triangle, frame);
        var turn = frame * Math.PI / Frames;
        var (dx, dy) = (x - centreX, y - centreY);
        for (var side = 0; side < 3; side++)
        {
            var normal = turn + side * 2 * Math.PI / 3;
            if (dx * Math.Cos(normal) + dy * Math.Sin(normal) > TriangleRadius / 2)
                return null;
        }

        var along = dx * Math.Cos(turn) + dy * Math.Sin(turn);
        return (int)Math.Floor(along / 7) % 2 == 0 ? (240, 200, 40) : (60, 50, 40);
    }

    private static (int R, int G, int B) Wall(double x, double y)
    {
        var brick = (int)(y / 15) % 2 == 0 ? 0 : 12;
        var joint = y % 15 < 1.5 || (x + brick) % 24 < 1.5;
        return joint ? (96, 92, 90) : (150 + brick, 144 + brick, 138 + brick);
    }

    private static (int R, int G, int B) Ground(double x, double y)
    {
        var value = 0.55 * Noise(x / 34, y / 34, 1) + 0.3 * Noise(x / 13, y / 13, 2) + 0.15 * Noise(x / 6, y / 6, 3);
        var shade = 0.75 + 0.35 * y / Height;
        return (Byte((92 + 60 * value) * shade), Byte((128 + 70 * value) * shade), Byte((84 + 50 * value) * shade));
    }

    /// <summary>Smoothly interpolated pseudo-random values on a lattice, 0 to 1.</summary>
    private static double Noise(double x, double y, uint seed)
    {
        var (ix, iy) = ((int)Math.Floor(x), (int)Math.Floor(y));
        var (fx, fy) = (Smooth(x - ix), Smooth(y - iy));
        var top = Lattice(ix, iy, seed) * (1 - fx) + Lattice(ix + 1, iy, seed) * fx;
        var bottom = Lattice(ix, iy + 1, seed) * (1 - fx) + Lattice(ix + 1, iy + 1, seed) * fx;
        return top * (1 - fy) + bottom * fy;
    }

    private static double Smooth(double t) => t * t * (3 - 2 * t);

    private static double Lattice(int x, int y, uint seed)
    {
        var hash = unchecked((uint)x * 374761393u + (uint)y * 668265263u + seed * 2246822519u);
        hash = unchecked((hash ^ (hash >> 13)) * 1274126177u);
        return ((hash ^ (hash >> 16)) & 0xFFFF) / 65535.0;
    }

    private static int Byte(double value) => (int)Math.Clamp(value, 0, 255);
}
