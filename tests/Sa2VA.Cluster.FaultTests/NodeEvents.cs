namespace Sa2VA.Cluster.FaultTests;

/// <summary>Ids of the lines of a node's log that tests listen for.</summary>
internal static class NodeEvents
{
    public const int Started = 2001;
    public const int Draining = 2002;
    public const int Stopped = 2003;
    public const int VideoBegins = 2010;
    public const int VideoIsOver = 2011;
    public const int VideoHandedOver = 2012;
    public const int VideoTakenOver = 2013;
    public const int VideoIsDead = 2014;
    public const int VideoStopped = 2015;
    public const int VideoWaits = 2016;
    public const int MessageForgotten = 2017;
    public const int VideoContinues = 2025;
    public const int BatchSplit = 2101;
    public const int ArchiveAway = 2471;
    public const int ArchiveBack = 2472;

    /// <summary>Where probes and metrics are answered.</summary>
    public const int Answers = 5002;
}
