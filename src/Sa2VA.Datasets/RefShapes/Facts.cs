namespace Sa2VA.Datasets.RefShapes;

/// <summary>What can be measured in a video about each object: how it moves on the screen while it is seen, and when it is there.</summary>
internal sealed class Facts
{
    private readonly MotionFacts[] _motion;
    private readonly PresenceFacts[] _presence;

    public Facts(Timeline timeline)
    {
        Timeline = timeline;
        var count = timeline.Scene.Objects.Count;
        (_motion, _presence) = (new MotionFacts[count], new PresenceFacts[count]);
        for (var i = 0; i < count; i++)
        {
            _motion[i] = MotionFacts.Measure(timeline, i);
            _presence[i] = PresenceFacts.Measure(timeline, i);
        }
    }

    public Timeline Timeline { get; }

    public Scene Scene => Timeline.Scene;

    public MotionFacts Motion(int index) => _motion[index];

    public PresenceFacts Presence(int index) => _presence[index];
}
