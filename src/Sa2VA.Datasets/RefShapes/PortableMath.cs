namespace Sa2VA.Datasets.RefShapes;

/// <summary>Sine and cosine from IEEE additions and multiplications alone; the C library's differ in the last bit between machines.</summary>
internal static class PortableMath
{
    public static float Sin(float x)
    {
        // To [-pi/2, pi/2]: sin(x) = (-1)^k sin(x - k pi).
        var k = Math.Floor(x / Math.PI + 0.5);
        var r = x - k * Math.PI;
        var s = r * r;
        var sin = r * (1 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880 - s / 39916800)))));
        return (float)((long)k % 2 == 0 ? sin : -sin);
    }

    public static float Cos(float x) => Sin(x + (float)(Math.PI / 2));

    public static float Lerp(float a, float b, float t) => a + (b - a) * t;
}
