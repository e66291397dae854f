using Sa2VA.Cluster.Exports;

namespace Sa2VA.Cli.Exporting;

/// <summary>What <c>sa2va export</c> was asked for: runs, or a job, with the settings of its cluster or a gateway.</summary>
internal sealed record ExportArguments(
    ExportFormat Format, string OutputFolder, IReadOnlyList<string> Runs, string? Video, string? Job, IReadOnlyList<string>? Only, string? Settings, string? Server, string? Profile, bool Json);
