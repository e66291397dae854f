using System.CommandLine;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va cluster</c>: all that is about many videos and many machines.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var command = new Command("cluster", "Submit jobs to a cluster, and look after it.");
        foreach (var part in ClusterJobCommands.Create()) command.Add(part);
        return command;
    }
}
