using System.Globalization;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cli.Chatting;

/// <summary>One <c>sa2va chat</c>: questions from the command line, from a terminal or from a pipe, answered one after the other.</summary>
internal sealed class ChatLoop
{
    private const string Help = "/mask PHRASE  what PHRASE means, outlined    /reset  forget what was said    /quit  end    Ctrl-C  stop the answer";

    private readonly ChatArguments _arguments;
    private readonly ChatOutput _output;
    private readonly ChatSignals _signals;
    private readonly OpenChat _chat;
    private readonly bool _isScript;
    private int _turns;

    private ChatLoop(ChatArguments arguments, OpenChat chat, ChatSignals signals, bool isScript, bool echo)
        => (_arguments, _chat, _signals, _isScript, _output) = (arguments, chat, signals, isScript, new ChatOutput(arguments.Json, echo));

    /// <summary>Asks all <paramref name="questions"/>, or, without any, what a person or a program writes line by line.</summary>
    public static async Task<int> ExecuteAsync(ChatArguments arguments, IReadOnlyList<string> questions, CancellationToken cancellationToken)
    {
        using var signals = new ChatSignals(cancellationToken);
        try
        {
            await using var chat = await OpenChat.OpenAsync(arguments, signals.End);
            var loop = new ChatLoop(arguments, chat, signals, isScript: questions.Count > 0, echo: questions.Count > 0 || Console.IsInputRedirected);
            return await loop.RunAsync(questions);
        }
        catch (OperationCanceledException) when (signals.End.IsCancellationRequested)
        {
            Failures.Write(ExitCodes.Interrupted, "The conversation was ended.", arguments.Json);
            return ExitCodes.Interrupted;
        }
    }

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
        _output.End(_turns, code);
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
                await _chat.Session.RestartAsync(_signals.End);
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
            if (asksForMask && _chat.Session.Source is null)
                throw new RunException(RunFailureKind.Settings, "There is nothing to outline anything in: give --video FILE or --image FILE.");
            _output.Asked(asked);
            var turn = _turns + 1;
            void Said(string piece) => _output.Said(turn, piece);
            var answer = asksForMask
                ? await _chat.Session.AskForMaskAsync(text, _arguments.AskAt(_turns), Said, stop)
                : await _chat.Session.AskAsync(text, _arguments.AskAt(_turns), Said, stop);
            _turns = turn;
            _output.EndText(answer);
            var objects = _chat.Session.Source is null ? [] : AnswerObjects.Of(answer, GroundedCaption.Of(answer, _chat.Session.Tokenizer), text);
            var files = objects.Count == 0 ? [] : await WriteAsync(turn, answer, objects, stop);
            _output.Answered(turn, asked, answer, objects, files);
        }
        catch (Exception refusal) when (!_isScript && refusal is RunException or MediaException or IOException or UnauthorizedAccessException or CliException)
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
    private async Task<IReadOnlyList<string>> WriteAsync(int turn, Answer answer, IReadOnlyList<FollowedObject> objects, CancellationToken stop)
    {
        var folder = Path.Combine(_arguments.OutputFolder, turn.ToString("00", CultureInfo.InvariantCulture));
        try
        {
            return await FollowedFiles.WriteAsync(folder, _chat.Session.Source!, objects, answer.Text, _chat.Session.FollowAsync(objects, stop), seen: null, stop);
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
            _ => ExitCodes.Output,
        };
        _output.Failed(code, refusal.Message);
    }
}
