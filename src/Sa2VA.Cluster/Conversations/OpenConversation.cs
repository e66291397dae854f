using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Conversations;

/// <summary>A conversation that the language model has in its memory: the source, the place on a device, and what was read.</summary>
internal sealed class OpenConversation : IAsyncDisposable
{
    private readonly LocalVideo? _file;
    private readonly DeviceLease _device;

    private OpenConversation(LocalVideo? file, DeviceLease device, ChatSession chat) => (_file, _device, Chat) = (file, device, chat);

    public ChatSession Chat { get; }

    /// <summary>Looks at the source, and reads what was said before.</summary>
    /// <exception cref="RunException">It cannot be had: the model or the source is to blame.</exception>
    /// <exception cref="Sa2VA.Media.MediaException">The source cannot be read.</exception>
    /// <exception cref="Sa2VA.Models.ModelFolderException">The model cannot be loaded.</exception>
    /// <exception cref="Settings.ServerUnavailableException">Where the source comes from does not answer.</exception>
    public static async Task<OpenConversation> OpenAsync(ConversationPlace place, ConversationRequest about, IReadOnlyList<TurnRecord> before, CancellationToken cancellationToken)
    {
        if (!place.Models.TryGetValue(about.Model, out var model))
            throw new RunException(RunFailureKind.Model, $"This cluster has no model named '{about.Model}'; '{place.Node}' knows {string.Join(", ", place.Models.Keys.Order(StringComparer.Ordinal))}.");
        LocalVideo? file = null;
        DeviceLease? device = null;
        ChatSession? chat = null;
        try
        {
            file = about.Source is { } source ? await place.Fetch(source, cancellationToken) : null;
            device = await place.Devices.LeaseMemoryAsync(model, place.ShareMiB, cancellationToken);
            chat = await ChatSession.OpenAsync(
                device.Model, new ChatRequest { Source = file?.Path, Frame = about.Frame, KeyFrames = about.KeyFrames, Limits = place.Limits }, cancellationToken);
            await chat.RecallAsync([.. before.Where(turn => turn.Answer is { TokenIds.Length: > 0 }).Select(Recalled)], cancellationToken);
            return new OpenConversation(file, device, chat);
        }
        catch
        {
            if (chat is not null) await chat.DisposeAsync();
            device?.Dispose();
            file?.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Chat.DisposeAsync();
        _device.Dispose();
        _file?.Dispose();
    }

    private static RecalledTurn Recalled(TurnRecord turn) => new(turn.Asked.Text, turn.Asked.AsksForMask, turn.Answer!.TokenIds, turn.Answer.Complete);
}
