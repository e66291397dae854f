using Sa2VA.Cluster.Conversations;

namespace Sa2VA.Cluster.Gateway.Conversations;

/// <summary>A conversation that is to be begun.</summary>
/// <param name="Model">A model by the name that nodes give it.</param>
/// <param name="Source">The video or picture, named as jobs name videos; null for nothing to see.</param>
/// <param name="Frame">Looks at this frame of a video alone, as at a still picture; null looks at key frames.</param>
/// <param name="KeyFrames">Frames of a video that the language model sees, 1 to 64.</param>
/// <param name="MaxNewTokens">Most tokens of an answer, 1 to 8192.</param>
/// <param name="Temperature">0 takes the likeliest token at every step; 0.01 to 100 draws.</param>
/// <param name="TopP">Draws from the likeliest tokens only that have this probability together.</param>
/// <param name="Seed">Decides the draws.</param>
/// <param name="Title">For people.</param>
public sealed record NewConversation(
    string Model, string? Source = null, int? Frame = null, int KeyFrames = 5, int MaxNewTokens = 2048, double Temperature = 0, double TopP = 1, ulong Seed = 0, string? Title = null)
{
    internal ConversationRequest ToRequest() => new()
    {
        Model = Model, Source = Source, Frame = Frame, KeyFrames = KeyFrames, MaxNewTokens = MaxNewTokens, Temperature = Temperature, TopP = TopP, Seed = Seed, Title = Title,
    };
}

/// <summary>A question.</summary>
/// <param name="Question">What a person wrote; it is passed on as it is.</param>
/// <param name="AsksForMask">It says what to segment, and is put in the words that the model was trained with. The answer's <c>objects</c> say what was found; masks are made by jobs.</param>
public sealed record NewQuestion(string Question, bool AsksForMask = false);

/// <summary>A question that was taken.</summary>
/// <param name="Turn">The turn, as it stands.</param>
/// <param name="After">The event after which those of this turn come, for <c>Last-Event-ID</c>.</param>
public sealed record AcceptedTurn(TurnView Turn, string After);

/// <summary>A conversation at a glance.</summary>
/// <param name="ConversationId">Its id.</param>
/// <param name="Title">For people.</param>
/// <param name="Model">The model.</param>
/// <param name="Source">What it is about; null for nothing to see.</param>
/// <param name="Turns">How many turns are over.</param>
/// <param name="Open">How many questions wait for their answer.</param>
/// <param name="Node">Who has it, or had it last.</param>
/// <param name="BegunAt">When it was begun.</param>
/// <param name="UpdatedAt">When something happened in it last.</param>
public sealed record ConversationSummary(
    string ConversationId, string? Title, string Model, string? Source, int Turns, int Open, string? Node, DateTimeOffset BegunAt, DateTimeOffset UpdatedAt)
{
    internal static ConversationSummary Of(ConversationView view) =>
        new(view.ConversationId, view.Request.Title, view.Request.Model, view.Request.Source, view.Turns, view.Open, view.Node, view.BegunAt, view.UpdatedAt);
}

/// <summary>A conversation with all that was said.</summary>
/// <param name="ConversationId">Its id.</param>
/// <param name="Title">For people.</param>
/// <param name="Model">The model.</param>
/// <param name="Source">What it is about; null for nothing to see.</param>
/// <param name="Frame">The frame that is looked at alone; null for key frames.</param>
/// <param name="KeyFrames">Frames of a video that the language model sees.</param>
/// <param name="MaxNewTokens">Most tokens of an answer.</param>
/// <param name="Temperature">How tokens are drawn; 0 for the likeliest.</param>
/// <param name="TopP">The probability of the tokens that are drawn from.</param>
/// <param name="Seed">Decides the draws.</param>
/// <param name="Turns">What was asked, in order.</param>
public sealed record ConversationBody(
    string ConversationId, string? Title, string Model, string? Source, int? Frame, int KeyFrames, int MaxNewTokens, double Temperature, double TopP, ulong Seed, IReadOnlyList<TurnView> Turns)
{
    internal static ConversationBody Of(string id, ConversationState state)
    {
        var about = state.Request!;
        return new ConversationBody(
            id, about.Title, about.Model, about.Source, about.Frame, about.KeyFrames, about.MaxNewTokens, about.Temperature, about.TopP, about.Seed, TurnView.All(state));
    }
}
