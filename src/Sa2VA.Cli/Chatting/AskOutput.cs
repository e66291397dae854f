using System.Text.Json.Nodes;
using Sa2VA.Cluster.ObjectSessions;

namespace Sa2VA.Cli.Chatting;

/// <summary>Where a session about objects is shown: to a person, or in JSON lines to a program.</summary>
internal sealed class AskOutput(bool json, bool echo)
{
    private bool _saidSomething;

    /// <summary>What is there from before.</summary>
    public void GoesOn(ObjectMemory memory) =>
        Note($"sa2va: the session goes on with {(memory.Objects.Count == 0 ? "no object" : string.Join(' ', memory.Objects.Keys.Select(id => $"[{id}]")))}, {memory.Turns.Count} question(s) were asked before");

    /// <summary>A question begins that was not typed here.</summary>
    public void Asked(string question)
    {
        _saidSomething = false;
        if (!json && echo) Console.Out.WriteLine($"> {question}");
    }

    /// <summary>A piece of the answer.</summary>
    public void Said(int turn, string piece)
    {
        _saidSomething = true;
        if (json)
            Line(new JsonObject { ["type"] = "text", ["turn"] = turn, ["text"] = piece });
        else
            Console.Out.Write(piece);
        Console.Out.Flush();
    }

    /// <summary>The text of an answer ends.</summary>
    public void EndText()
    {
        if (!json) Console.Out.WriteLine(_saidSomething ? "" : "(no words)");
    }

    /// <summary>The answer is recorded, and files are written.</summary>
    public void Answered(int turn, ObjectTurn answered, ObjectMemory memory, IReadOnlyList<string> files)
    {
        if (json)
        {
            Line(new JsonObject
            {
                ["type"] = "answer", ["turn"] = turn, ["question"] = answered.Question, ["answerStart"] = answered.AnswerStart, ["text"] = answered.Answer,
                ["objects"] = new JsonArray([.. memory.Objects.Keys.Select(id => (JsonNode)id)]), ["files"] = Strings(files),
            });
            return;
        }

        foreach (var file in files) Console.Out.WriteLine($"  {file}");
    }

    /// <summary>What is remembered, and what waits for a question.</summary>
    public void Objects(ObjectSession session, ObjectMemory memory, IEnumerable<int> pointed)
    {
        if (json)
        {
            Line(new JsonObject { ["type"] = "objects", ["objects"] = AskFiles.Objects(session, memory), ["pointedAt"] = new JsonArray([.. pointed.Select(id => (JsonNode)id)]) });
            return;
        }

        foreach (var (id, masks) in memory.Objects)
            Console.Out.WriteLine(AskFiles.Seen(session, masks).ToList() is { Count: > 0 } frames ? $"  [{id}] seen on frames {string.Join(", ", frames)}" : $"  [{id}] seen on no frame");
        foreach (var id in pointed) Console.Out.WriteLine($"  [{id}] pointed at, looked for with the next question");
    }

    /// <summary>A line could not be followed; the session goes on.</summary>
    public void Failed(int code, string message)
    {
        if (!json && _saidSomething) Console.Out.WriteLine();
        Failures.Write(code, message, json);
    }

    /// <summary>Something to know.</summary>
    public void Note(string text)
    {
        if (!json) Console.Error.WriteLine(text);
    }

    /// <summary>The session is over, until it is opened again.</summary>
    public void End(int turns, ObjectSession session, ObjectMemory memory, IReadOnlyList<string> files, int code)
    {
        if (json)
        {
            Line(new JsonObject
            {
                ["type"] = "result", ["outcome"] = code == ExitCodes.Success ? "completed" : "interrupted", ["exitCode"] = code, ["turns"] = turns,
                ["objects"] = AskFiles.Objects(session, memory), ["files"] = Strings(files),
            });
        }
    }

    private static JsonArray Strings(IReadOnlyList<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static void Line(JsonObject line) => Console.Out.WriteLine(line.ToJsonString());
}
