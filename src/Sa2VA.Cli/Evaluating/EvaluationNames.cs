namespace Sa2VA.Cli.Evaluating;

/// <summary>The folder of an evaluation whose command names none.</summary>
internal static class EvaluationNames
{
    /// <summary><c>mevis-valid_u.eval</c> for <c>data/mevis</c> and its split, <c>ref-shapes-val.eval</c> for <c>ref-shapes:val</c>.</summary>
    public static string OutputFolder(string dataset, IReadOnlyList<string> splits)
    {
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(dataset));
        var parts = splits.Prepend(name).Select(part => part.Replace(':', '-').Replace('/', '-'));
        return string.Join('-', parts) + ".eval";
    }
}
