using System.Text;
using Sa2VA.Cli.Commands;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cli.Output;

/// <summary><c>answer.txt</c>: what was asked, what the model said, which objects came of it.</summary>
internal static class AnswerFile
{
    public static string Write(RunArguments arguments, RunResult result)
    {
        var text = new StringBuilder();
        for (var target = 0; target < arguments.Request.Targets.Count; target++)
        {
            var objects = result.Objects.Where(o => o.Target == target).ToArray();
            text.Append("> ").AppendLine(arguments.Request.Targets[target].Label);
            if (AnswerTo(target, result) is { } answer)
                text.AppendLine(answer);
            var found = objects.Where(o => !o.Absent).Select(o => o.ObjectId).ToArray();
            if (found.Length > 0)
                text.AppendLine("object " + string.Join(", ", found));
            else if (arguments.Request.Targets[target] is RunTarget.Expression or RunTarget.Prompted)
                text.AppendLine("absent");
            text.AppendLine();
        }

        var path = Path.Combine(arguments.OutputFolder, "answer.txt");
        OutputFolder.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text.ToString())));
        return path;
    }

    private static string? AnswerTo(int target, RunResult result)
    {
        if (result.Said.Caption is { } caption && caption.Target == target)
            return caption.Text;
        return result.Said.Questions.FirstOrDefault(said => said.Target == target) is { } said
            ? said.Answer : result.Objects.FirstOrDefault(one => one.Target == target && one.Answer is not null)?.Answer;
    }
}
