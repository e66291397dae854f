using System.Text.Json.Nodes;

namespace Sa2VA.Cli.Chatting;

/// <summary>Where a conversation is shown: to a person, or in JSON lines to a program.</summary>
internal sealed class ChatOutput(bool json, bool echo)
{
    private bool _saidSomething;

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

    /// <summary>The answer begins again.</summary>
    public void Restarted(int turn)
    {
        if (json)
        {
            Line(new JsonObject { ["type"] = "restarted", ["turn"] = turn });
            return;
        }

        if (_saidSomething) Console.Out.WriteLine();
        _saidSomething = false;
        Console.Error.WriteLine("sa2va: the answer begins again");
    }

    /// <summary>The answer is complete, and its masks are written.</summary>
    public void Answered(int turn, string question, Spoken answer, IReadOnlyList<string> files)
    {
        if (json)
        {
            Line(new JsonObject
            {
                ["type"] = "answer", ["turn"] = turn, ["question"] = question, ["text"] = answer.Text, ["complete"] = answer.Complete, ["tokens"] = answer.Tokens,
                ["objects"] = new JsonArray([.. answer.Objects.Select((label, place) => (JsonNode)new JsonObject { ["id"] = place + 1, ["label"] = label })]),
                ["files"] = new JsonArray([.. files.Select(file => (JsonNode)file)]),
            });
            return;
        }

        foreach (var file in files) Console.Out.WriteLine($"  {file}");
    }

    /// <summary>The text of an answer ends.</summary>
    public void EndText(Spoken answer)
    {
        if (json) return;
        Console.Out.WriteLine(_saidSomething ? "" : "(no words)");
        if (!answer.Complete) Console.Error.WriteLine("sa2va: the answer was cut off");
    }

    /// <summary>A question could not be answered; the conversation goes on.</summary>
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

    /// <summary>The conversation is over.</summary>
    /// <param name="turns">How many questions were answered.</param>
    /// <param name="code">What the process ends with.</param>
    /// <param name="conversation">Its id in its cluster, where it can be gone on with; null in this process.</param>
    public void End(int turns, int code, string? conversation)
    {
        if (!json)
        {
            if (conversation is not null) Console.Error.WriteLine($"sa2va: 'sa2va chat --conversation {conversation}' goes on with this conversation");
            return;
        }

        var line = new JsonObject { ["type"] = "result", ["outcome"] = code == ExitCodes.Success ? "completed" : "interrupted", ["exitCode"] = code, ["turns"] = turns };
        if (conversation is not null) line["conversation"] = conversation;
        Line(line);
    }

    private static void Line(JsonObject line) => Console.Out.WriteLine(line.ToJsonString());
}
