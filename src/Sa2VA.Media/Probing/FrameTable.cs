namespace Sa2VA.Media;

/// <summary>
/// Every frame of a video in the order in which it is shown: entry <c>i</c> is the presentation timestamp of the frame with index
/// <c>i</c>, in units of the stream's time base. Made once, by the probe; an index therefore means the same frame in a run from the
/// start, in a resumed run and in the key-frame pass.
/// </summary>
public sealed class FrameTable
{
    private readonly long[] _pts;
    private readonly int[] _keyFrames;

    internal FrameTable(long[] pts, int[] keyFrames, bool isExact)
    {
        _pts = pts;
        _keyFrames = keyFrames;
        IsExact = isExact;
    }

    /// <summary>Number of frames.</summary>
    public int Count => _pts.Length;

    /// <summary>
    /// True when timestamps identify frames, so that a decoder may start at a key frame and be checked against this table. False for
    /// containers whose packets do not tell which frames will come out (AVI, transport streams, interlaced fields, ...): there the
    /// frames were counted with a full decode, and every read starts at the first one.
    /// </summary>
    public bool IsExact { get; }

    /// <summary>Presentation timestamp of frame <paramref name="index"/>, in time-base units.</summary>
    public long Pts(int index) => _pts[index];

    /// <summary>Index of the frame with this timestamp, or -1.</summary>
    public int IndexOf(long pts)
    {
        var found = Array.BinarySearch(_pts, pts);
        return found < 0 ? -1 : found;
    }

    /// <summary>
    /// A key frame to start decoding from so that frame <paramref name="index"/> comes out exactly, or 0. It is the last but one key frame
    /// at or before it: streams with gradual refresh mark recovery points as key frames and are clean only one period later.
    /// </summary>
    internal int StartFor(int index)
    {
        var position = Array.BinarySearch(_keyFrames, index);
        position = position < 0 ? ~position - 1 : position;
        return position < 1 ? 0 : _keyFrames[position - 1];
    }

    /// <summary>Median time between two frames in time-base units; 0 for a single frame.</summary>
    internal double MedianStep()
    {
        if (_pts.Length < 2)
            return 0;
        var steps = new long[_pts.Length - 1];
        for (var i = 0; i < steps.Length; i++)
            steps[i] = _pts[i + 1] - _pts[i];
        Array.Sort(steps);
        return steps[steps.Length / 2];
    }

    /// <summary>Whether two steps between frames differ by more than the rounding of the time base.</summary>
    internal bool IsVariable()
    {
        var median = MedianStep();
        for (var i = 1; i < _pts.Length; i++)
        {
            if (Math.Abs(_pts[i] - _pts[i - 1] - median) > Math.Max(1, median * 0.02))
                return true;
        }

        return false;
    }
}
