using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cli;

/// <summary>What the process ends with: one code per thing that a person or a script can do about it. <c>docs/cli.md</c> lists them.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Usage = 2;
    public const int Media = 3;
    public const int Model = 4;
    public const int Device = 5;
    public const int Output = 6;
    public const int TakenOver = 7;
    public const int Dataset = 8;
    public const int Server = 9;
    public const int Access = 10;
    public const int Incomplete = 11;
    public const int Internal = 70;

    /// <summary>128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;

    public static int Of(RunFailureKind kind) => kind switch
    {
        RunFailureKind.Settings => Usage,
        RunFailureKind.Media => Media,
        RunFailureKind.Model => Model,
        RunFailureKind.Device => Device,
        RunFailureKind.Storage => Output,
        RunFailureKind.TakenOver => TakenOver,
        _ => Internal,
    };

    public static int Of(DescriberFailure kind) => kind switch
    {
        DescriberFailure.Access => Access,
        DescriberFailure.Unavailable => Server,
        _ => Usage,
    };

    public static string Name(int code) => code switch
    {
        Success => "ok",
        Usage => "usage",
        Media => "video",
        Model => "model",
        Device => "device",
        Output => "output",
        TakenOver => "taken-over",
        Dataset => "dataset",
        Server => "server",
        Access => "access",
        Incomplete => "incomplete",
        Interrupted => "interrupted",
        _ => "internal",
    };
}
