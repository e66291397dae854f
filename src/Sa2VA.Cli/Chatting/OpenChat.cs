using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Tensors;

namespace Sa2VA.Cli.Chatting;

/// <summary>A model and a conversation with it, for as long as a command runs.</summary>
internal sealed class OpenChat : IAsyncDisposable
{
    private OpenChat(ModelHost host, ChatSession session) => (Host, Session) = (host, session);

    public ModelHost Host { get; }

    public ChatSession Session { get; }

    public static async Task<OpenChat> OpenAsync(ChatArguments arguments, CancellationToken cancellationToken)
    {
        torch.set_num_threads(arguments.Threads);
        var host = new ModelHost(new ModelChoice(arguments.Model, arguments.Variant), arguments.Device);
        try
        {
            var session = await ChatSession.OpenAsync(host, arguments.Request, cancellationToken);
            if (arguments.IsPicture && session.Source is { IsStill: false } source)
            {
                await session.DisposeAsync();
                throw new CliException(ExitCodes.Usage, $"'{source.Path}' is a video: give it with --video.");
            }

            return new OpenChat(host, session);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Host.DisposeAsync();
    }
}
