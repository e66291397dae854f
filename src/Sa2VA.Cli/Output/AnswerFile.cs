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
            if (Array.Find(objects, o => o.Answer is not null)?.Answer is { } answer)
                text.AppendLine(answer);
            var found = objects.Where(o => !o.Absent).Select(o => o.ObjectId).ToArray();
            text.AppendLine(found.Length == 0 ? "absent" : "object " + string.Join(", ", found)).AppendLine();
        }

        var path = Path.Combine(arguments.OutputFolder, "answer.txt");
        OutputFolder.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text.ToString())));
        return path;
    }
}
