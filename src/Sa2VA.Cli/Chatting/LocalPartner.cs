using System.Globalization;
using Sa2VA.Cli.Output;
using Sa2VA.Cluster.Chat;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cli.Chatting;

/// <summary>A model in this process.</summary>
internal sealed class LocalPartner(ChatArguments arguments, OpenChat chat) : IChatPartner
{
    private int _asked;
    private (Answer Answer, IReadOnlyList<FollowedObject> Objects)? _last;

    public string? Conversation => null;

    public bool HasSource => chat.Session.Source is not null;

    public async Task<Spoken> AskAsync(string text, bool asksForMask, IChatListener listener, CancellationToken stop, CancellationToken end)
    {
        var options = arguments.AskAt(_asked);
        var answer = asksForMask
            ? await chat.Session.AskForMaskAsync(text, options, listener.Said, stop)
            : await chat.Session.AskAsync(text, options, listener.Said, stop);
        _asked++;
        IReadOnlyList<FollowedObject> objects = HasSource ? AnswerObjects.Of(answer, GroundedCaption.Of(answer, chat.Session.Tokenizer), text) : [];
        _last = (answer, objects);
        return new Spoken(answer.Text, answer.Complete, answer.TokenIds.Length, [.. objects.Select(one => one.Label)]);
    }

    public Task ResetAsync(CancellationToken end) => chat.Session.RestartAsync(end);

    public async Task<IReadOnlyList<string>> OutlineAsync(int turn, CancellationToken stop)
    {
        if (_last is not ({ } answer, { Count: > 0 } objects)) return [];
        var folder = Path.Combine(arguments.OutputFolder, turn.ToString("00", CultureInfo.InvariantCulture));
        return await FollowedFiles.WriteAsync(folder, chat.Session.Source!, objects, answer.Text, chat.Session.FollowAsync(objects, stop), seen: null, stop);
    }
}
