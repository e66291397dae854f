namespace Sa2VA.Cluster.Local;

/// <summary>The gateway of a cluster on this machine (<c>sa2va-gateway</c>), in the folder <c>gateway</c>.</summary>
/// <param name="dataFolder">Of the cluster.</param>
public sealed class LocalGateway(string dataFolder) : LocalProcess(FolderIn(dataFolder), "gateway", Listens)
{
    // What ASP.NET Core says when it listens.
    private const string Listens = "Now listening on";

    /// <summary>Its settings, keys and log.</summary>
    public string Folder { get; } = FolderIn(dataFolder);

    /// <summary>A port for a gateway that has none yet: the usual one where it is free.</summary>
    /// <param name="usual">Tried first.</param>
    public static int ChoosePort(int usual) => LoopbackPort.IsFree(usual) ? usual : LoopbackPort.Choose();

    private static string FolderIn(string dataFolder) => Path.Combine(Path.GetFullPath(dataFolder), "gateway");
}
