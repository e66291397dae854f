namespace Sa2VA.Datasets.RefShapes;

/// <summary>What a path was made to be. How it looks through the moving camera is measured again before anything is said about it.</summary>
internal enum MotionKind
{
    Still,
    Straight,
    Bounce,
    Circle,
    StopAndGo,
    TurnBack,
    LeaveAndReturn,
    EnterLate,
    LeaveForGood,

    /// <summary>Back and forth through a long video.</summary>
    Wander,
}

/// <summary>Where an object's centre is over time, in world pixels: straight lines between waypoints, or a circle.</summary>
internal sealed class MotionPath
{
    private readonly float[] _times;
    private readonly float[] _xs;
    private readonly float[] _ys;
    private readonly float _radius;
    private readonly float _omega;
    private readonly float _phase;

    private MotionPath(MotionKind kind, float[] times, float[] xs, float[] ys, float radius, float omega, float phase)
    {
        (Kind, _times, _xs, _ys) = (kind, times, xs, ys);
        (_radius, _omega, _phase) = (radius, omega, phase);
    }

    public MotionKind Kind { get; }

    /// <summary>The frames at which something changes.</summary>
    public ReadOnlySpan<float> Times => _times;

    /// <summary>A path through points in order of time; it rests at the first before, and at the last after.</summary>
    public static MotionPath Through(MotionKind kind, params ReadOnlySpan<(float Time, float X, float Y)> points)
    {
        var (times, xs, ys) = (new float[points.Length], new float[points.Length], new float[points.Length]);
        for (var i = 0; i < points.Length; i++) (times[i], xs[i], ys[i]) = points[i];
        return new MotionPath(kind, times, xs, ys, 0, 0, 0);
    }

    /// <summary>Around (<paramref name="x"/>, <paramref name="y"/>), <paramref name="omega"/> radians a frame.</summary>
    public static MotionPath Around(float x, float y, float radius, float omega, float phase) =>
        new(MotionKind.Circle, [0], [x], [y], radius, omega, phase);

    public (float X, float Y) At(float time)
    {
        if (_radius > 0)
        {
            var angle = _phase + _omega * time;
            return (_xs[0] + _radius * PortableMath.Cos(angle), _ys[0] + _radius * PortableMath.Sin(angle));
        }

        var next = Array.BinarySearch(_times, time);
        if (next >= 0) return (_xs[next], _ys[next]);
        next = ~next;
        if (next == 0) return (_xs[0], _ys[0]);
        if (next == _times.Length) return (_xs[^1], _ys[^1]);
        var share = (time - _times[next - 1]) / (_times[next] - _times[next - 1]);
        return (PortableMath.Lerp(_xs[next - 1], _xs[next], share), PortableMath.Lerp(_ys[next - 1], _ys[next], share));
    }
}
