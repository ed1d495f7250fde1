using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Unit.Engine.Scheduling;

/// <summary>A request given to a router, and what came back.</summary>
internal sealed class RecordingSink(GenerationRequest request, TimeProvider time) : IRequestSink
{
    public GenerationRequest Request => request;

    public RoutedRequest? Routed { get; set; }

    public int CachedPromptTokens { get; set; }

    public List<TokenEvent> Events { get; } = [];

    /// <summary>When each event was published.</summary>
    public List<long> Times { get; } = [];

    public bool Completed { get; private set; }

    public Exception? Error { get; private set; }

    public IEnumerable<int> Tokens(int choice = 0) => Events.Where(token => token.Choice == choice && token.Index >= 0).Select(token => token.Token);

    public void Publish(in TokenEvent token)
    {
        Assert.False(Completed, "a token was published after the end");
        Events.Add(token);
        Times.Add(time.GetTimestamp());
    }

    public void Complete(Exception? error)
    {
        Assert.False(Completed, "a request was completed twice");
        Completed = true;
        Error = error;
    }
}
