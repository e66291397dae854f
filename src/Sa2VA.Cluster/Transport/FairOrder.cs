namespace Sa2VA.Cluster.Transport;

/// <summary>
/// In which order a consumer looks into its queues: the most urgent first, but every so often another one, so that none starves. Of 13
/// takings while all queues are full, 9 are of high priority, 3 of normal, 1 of low. Not thread-safe.
/// </summary>
public sealed class FairOrder
{
    private readonly Lane[] _lanes;
    private readonly int[] _credit;

    /// <param name="lanes">At least one.</param>
    public FairOrder(IReadOnlyList<Lane> lanes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lanes.Count);
        _lanes = [.. lanes];
        _credit = new int[lanes.Count];
    }

    /// <summary>The queues, the one whose turn it is first.</summary>
    public IReadOnlyList<Lane> Next() => [.. Enumerable.Range(0, _lanes.Length).OrderByDescending(i => _credit[i] + Weight(_lanes[i])).ThenBy(i => i).Select(i => _lanes[i])];

    /// <summary>Counts a taking. Only queues that have work gain by waiting, so that an empty one saves nothing up.</summary>
    /// <param name="taken">Where from.</param>
    /// <param name="passedOver">Those that had work too.</param>
    public void Took(Lane taken, IReadOnlyCollection<Lane> passedOver)
    {
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (_lanes[i] == taken) _credit[i] -= passedOver.Sum(Weight);
            else if (passedOver.Contains(_lanes[i])) _credit[i] += Weight(_lanes[i]);
            else _credit[i] = 0;
        }
    }

    private static int Weight(Lane lane) => lane.Priority switch
    {
        WorkPriority.High => 9,
        WorkPriority.Normal => 3,
        _ => 1,
    };
}
