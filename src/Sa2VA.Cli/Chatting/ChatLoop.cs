using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cli.Chatting;

/// <summary>One <c>sa2va chat</c>: questions from the command line, from a terminal or from a pipe, answered one after the other.</summary>
internal sealed class ChatLoop : IChatListener
{
    private const string Help = "/mask PHRASE  what PHRASE means, outlined    /reset  forget what was said    /quit  end    Ctrl-C  stop the answer";

    private readonly ChatOutput _output;
    private readonly ChatSignals _signals;
    private readonly IChatPartner _partner;
    private readonly bool _isScript;
    private int _turns;

    private ChatLoop(IChatPartner partner, ChatSignals signals, ChatOutput output, bool isScript) => (_partner, _signals, _output, _isScript) = (partner, signals, output, isScript);

    /// <summary>Talks with a model in this process: asks all <paramref name="questions"/>, or, without any, what a person or a program writes line by line.</summary>
    public static Task<int> ExecuteAsync(ChatArguments arguments, IReadOnlyList<string> questions, CancellationToken cancellationToken) => ExecuteAsync(
        async (talk, end) =>
        {
            await using var chat = await OpenChat.OpenAsync(arguments, end);
            return await talk(new LocalPartner(arguments, chat));
        },
        questions, arguments.Json, cancellationToken);

    /// <summary>The same with a partner that lasts as long as the conversation.</summary>
    /// <param name="open">Makes the partner, and lets it be talked with.</param>
    /// <param name="questions">What to ask.</param>
    /// <param name="json">Whether to write JSON.</param>
    /// <param name="cancellationToken">Ends the conversation.</param>
    public static async Task<int> ExecuteAsync(
        Func<Func<IChatPartner, Task<int>>, CancellationToken, Task<int>> open, IReadOnlyList<string> questions, bool json, CancellationToken cancellationToken)
    {
        using var signals = new ChatSignals(cancellationToken);
        try
        {
            var output = new ChatOutput(json, echo: questions.Count > 0 || Console.IsInputRedirected);
            return await open(partner => new ChatLoop(partner, signals, output, isScript: questions.Count > 0).RunAsync(questions), signals.End);
        }
        catch (OperationCanceledException) when (signals.End.IsCancellationRequested)
        {
            Failures.Write(ExitCodes.Interrupted, "The conversation was ended.", json);
            return ExitCodes.Interrupted;
        }
    }

    void IChatListener.Said(string piece) => _output.Said(_turns + 1, piece);

    void IChatListener.Restarted() => _output.Restarted(_turns + 1);

    private async Task<int> RunAsync(IReadOnlyList<string> questions)
    {
        if (_isScript)
        {
            foreach (var question in questions)
            {
                if (!await AnswerLineAsync(question)) break;
            }
        }
        else
        {
            if (!Console.IsInputRedirected) _output.Note(Help);
            while (await ReadLineAsync() is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line) && !await AnswerLineAsync(line.Trim())) break;
            }
        }

        var code = _signals.End.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Success;
        _output.End(_turns, code, _partner.Conversation);
        return code;
    }

    /// <summary>The next line; null at the end. The console cannot be told to stop waiting, so the wait is left.</summary>
    private async Task<string?> ReadLineAsync()
    {
        if (!Console.IsInputRedirected) Console.Out.Write("> ");
        return _signals.End.IsCancellationRequested ? null : await Task.Run(Console.In.ReadLine).WaitAsync(_signals.End);
    }

    /// <summary>False when the conversation is over.</summary>
    private async Task<bool> AnswerLineAsync(string line)
    {
        var (command, rest) = line.StartsWith('/') ? (line.Split(' ', 2)[0], line.Contains(' ', StringComparison.Ordinal) ? line.Split(' ', 2)[1].Trim() : "") : ("", line);
        switch (command)
        {
            case "/quit":
                return false;
            case "/help":
                _output.Note(Help);
                return true;
            case "/reset":
                await _partner.ResetAsync(_signals.End);
                _output.Note("sa2va: what was said is forgotten");
                return true;
            case "/mask" or "":
                return await AnswerAsync(line, rest, asksForMask: command.Length > 0);
            default:
                Refuse(new RunException(RunFailureKind.Settings, $"There is no command '{command}'. {Help}"));
                return true;
        }
    }

    private async Task<bool> AnswerAsync(string asked, string text, bool asksForMask)
    {
        var stop = _signals.BeginAnswer().Token;
        try
        {
            if (asksForMask && !_partner.HasSource)
                throw new RunException(RunFailureKind.Settings, "There is nothing to outline anything in: give --video FILE, --image FILE or --source NAME.");
            _output.Asked(asked);
            var answer = await _partner.AskAsync(text, asksForMask, this, stop, _signals.End);
            var turn = ++_turns;
            _output.EndText(answer);
            var files = await OutlineAsync(turn, stop);
            _output.Answered(turn, asked, answer, files);
        }
        catch (Exception refusal) when (!_isScript && refusal is RunException or Sa2vaException or MediaException or IOException or UnauthorizedAccessException or CliException)
        {
            Refuse(refusal);
        }
        finally
        {
            _signals.EndAnswer();
        }

        return !_signals.End.IsCancellationRequested;
    }

    /// <summary>The masks of an answer, in a folder of its own.</summary>
    private async Task<IReadOnlyList<string>> OutlineAsync(int turn, CancellationToken stop)
    {
        try
        {
            return await _partner.OutlineAsync(turn, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _output.Note("sa2va: stopped; the masks of this answer were not written");
            return [];
        }
    }

    private void Refuse(Exception refusal)
    {
        if (_isScript) throw refusal;
        var code = refusal switch
        {
            RunException run => ExitCodes.Of(run.Kind),
            MediaException => ExitCodes.Media,
            CliException cli => cli.ExitCode,
            Sa2vaException refused => Failures.CodeOf(refused.Status),
            _ => ExitCodes.Output,
        };
        _output.Failed(code, refusal.Message);
    }
}
