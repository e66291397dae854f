namespace Sa2VA.Cluster.Local;

/// <summary>What to start, and how.</summary>
internal sealed record LaunchOrder
{
    /// <summary>Program, full path, and arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The folder that it starts in.</summary>
    public required string Folder { get; init; }

    /// <summary>Variables of the environment on top of those that it gets anyway.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether it gets our whole environment; otherwise only <see cref="KeptVariables"/>, so that a stray variable of the user's changes no server.</summary>
    public bool KeepsEnvironment { get; init; }

    /// <summary>What every program gets.</summary>
    public static IReadOnlyList<string> KeptVariables { get; } = ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"];

    /// <summary>Fills in the environment of a process to be.</summary>
    public void Furnish(IDictionary<string, string?> environment)
    {
        if (!KeepsEnvironment)
        {
            var kept = KeptVariables.Where(environment.ContainsKey).Select(name => (name, environment[name])).ToList();
            environment.Clear();
            foreach (var (name, value) in kept) environment[name] = value;
            environment["LC_ALL"] = "C";
        }

        foreach (var (name, value) in Variables) environment[name] = value;
    }
}
