using Sa2VA.Cli.Commands;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.ObjectSessions;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Chatting;

/// <summary>One <c>sa2va ask</c>: objects are pointed at, found with the next question, and asked about by their numbers.</summary>
internal sealed class AskLoop
{
    private const string Help = "/point N=x,y[,frame]  /box N=x0,y0,x1,y1[,frame]  what questions call [N]    /forget N    /objects  what is remembered    /quit  end    Ctrl-C  stop the answer";

    private readonly AskArguments _arguments;
    private readonly AskOutput _output;
    private readonly ChatSignals _signals;
    private readonly ObjectSession _session;

    // What was pointed at and not looked for yet, by number.
    private readonly SortedDictionary<int, PointedAt> _pointed;
    private IReadOnlyList<string> _masks = [];
    private bool _masksAreOld;
    private int _turns;

    private AskLoop(AskArguments arguments, ObjectSession session, ChatSignals signals)
    {
        (_arguments, _session, _signals) = (arguments, session, signals);
        _output = new AskOutput(arguments.Json, echo: arguments.Questions.Count > 0 || Console.IsInputRedirected);
        _pointed = new(arguments.Objects.ToDictionary(one => one.ObjectId));
    }

    private bool IsScript => _arguments.Questions.Count > 0;

    /// <summary>Asks all questions of the command line, or, without any, what a person or a program writes line by line.</summary>
    public static async Task<int> ExecuteAsync(AskArguments arguments, CancellationToken cancellationToken)
    {
        using var signals = new ChatSignals(cancellationToken);
        try
        {
            if (!Path.Exists(arguments.Video))
                throw new CliException(ExitCodes.Media, $"There is no video or picture '{arguments.Video}'.");
            OutputFolder.Prepare(arguments.OutputFolder);
            torch.set_num_threads(arguments.Threads);
            await using var host = new ModelHost(new ModelChoice(arguments.Model, ModelVariant.Plain), arguments.Device);
            var options = new ObjectSessionOptions { Frames = arguments.KeyFrames, Keep = arguments.Keep };
            await using var session = await ObjectSession.OpenAsync(arguments.Video, host, arguments.SessionFolder, options, signals.End);
            foreach (var one in arguments.Objects) session.Check(one);
            return await new AskLoop(arguments, session, signals).RunAsync();
        }
        catch (OperationCanceledException) when (signals.End.IsCancellationRequested)
        {
            Failures.Write(ExitCodes.Interrupted, "The session was ended; what is remembered is kept, and the same command goes on with it.", arguments.Json);
            return ExitCodes.Interrupted;
        }
    }

    private async Task<int> RunAsync()
    {
        var memory = await _session.MemoryAsync(_signals.End);
        // The files may belong into a folder that has none yet.
        _masksAreOld = memory.Objects.Count > 0;
        if (memory.Objects.Count + memory.Turns.Count > 0) _output.GoesOn(memory);
        if (IsScript)
        {
            foreach (var line in _arguments.Questions)
            {
                if (!await TakeAsync(line.Trim())) break;
            }
        }
        else
        {
            if (!Console.IsInputRedirected) _output.Note(Help);
            while (await ReadLineAsync() is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line) && !await TakeAsync(line.Trim())) break;
            }
        }

        return await EndAsync();
    }

    private async Task<int> EndAsync()
    {
        foreach (var id in _pointed.Keys) _output.Note($"sa2va: [{id}] was pointed at, and no question followed: it is not remembered");
        var code = _signals.End.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Success;
        if (code == ExitCodes.Success) await WriteAsync(_signals.End);
        _output.End(_turns, _session, await _session.MemoryAsync(CancellationToken.None), _masks, code);
        return code;
    }

    /// <summary>The next line; null at the end. The console cannot be told to stop waiting, so the wait is left.</summary>
    private async Task<string?> ReadLineAsync()
    {
        if (!Console.IsInputRedirected) Console.Out.Write("> ");
        return _signals.End.IsCancellationRequested ? null : await Task.Run(Console.In.ReadLine).WaitAsync(_signals.End);
    }

    /// <summary>False when the session is over.</summary>
    private async Task<bool> TakeAsync(string line)
    {
        var stop = _signals.BeginAnswer().Token;
        try
        {
            var words = line.Split(' ', 2, StringSplitOptions.TrimEntries);
            var value = words.Length > 1 ? words[1] : "";
            switch (words[0])
            {
                case "/quit":
                    return false;
                case "/help":
                    _output.Note(Help);
                    break;
                case "/point":
                    Point(PointedSyntax.Point(value));
                    break;
                case "/box":
                    Point(PointedSyntax.Box(value));
                    break;
                case "/forget":
                    await ForgetAsync(PointedSyntax.Id(value), stop);
                    break;
                case "/objects":
                    _output.Objects(_session, await _session.MemoryAsync(stop), _pointed.Keys);
                    break;
                case ['/', ..]:
                    throw new CliException(ExitCodes.Usage, $"There is no command '{words[0]}'. {Help}");
                default:
                    await AnswerAsync(line, stop);
                    break;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _output.Note("sa2va: stopped; the question is not recorded");
        }
        catch (Exception refusal) when (!IsScript && refusal is CliException or RunException { Kind: not (RunFailureKind.TakenOver or RunFailureKind.Storage) } or MediaException)
        {
            _output.Failed(refusal is CliException cli ? cli.ExitCode : refusal is RunException run ? ExitCodes.Of(run.Kind) : ExitCodes.Media, refusal.Message);
        }
        finally
        {
            _signals.EndAnswer();
        }

        return !_signals.End.IsCancellationRequested;
    }

    private void Point(PointedAt one)
    {
        _session.Check(one);
        _pointed[one.ObjectId] = one;
        _output.Note($"sa2va: [{one.ObjectId}] is looked for with the next question");
    }

    private async Task ForgetAsync(int id, CancellationToken stop)
    {
        var isRemembered = await _session.ForgetAsync(id, stop);
        if (!_pointed.Remove(id) && !isRemembered)
            throw new CliException(ExitCodes.Usage, $"There is no object [{id}]; /objects lists what is remembered.");
        _masksAreOld |= isRemembered;
        _output.Note($"sa2va: [{id}] is forgotten");
    }

    private async Task AnswerAsync(string question, CancellationToken stop)
    {
        _output.Asked(question);
        var turn = _turns + 1;
        IReadOnlyList<PointedAt> objects = [.. _pointed.Values];
        _masksAreOld |= objects.Count > 0;
        var answered = await _session.AskAsync(question, objects, _arguments.AnswerStart, piece => _output.Said(turn, piece), stop);
        _turns = turn;
        _pointed.Clear();
        _output.EndText();
        var files = await WriteAsync(stop);
        _output.Answered(turn, answered, await _session.MemoryAsync(stop), files);
    }

    /// <summary>Writes what has changed, and returns it.</summary>
    private async Task<IReadOnlyList<string>> WriteAsync(CancellationToken stop)
    {
        var memory = await _session.MemoryAsync(stop);
        var turns = AskFiles.WriteTurns(_arguments.OutputFolder, _session, memory);
        if (!_masksAreOld) return [turns];
        _masks = await AskFiles.WriteMasksAsync(_arguments.OutputFolder, _session, memory, stop);
        _masksAreOld = false;
        return [turns, .. _masks];
    }
}
