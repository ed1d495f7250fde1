using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving;

/// <summary>A request under way, seen from both sides: the engine publishes tokens, the caller reads them.</summary>
internal sealed class Generation : IGeneration, IRequestSink
{
    private readonly TokenChannel _tokens;
    private readonly bool[] _finished;
    private readonly int[] _published;
    private readonly Mailbox _mailbox;

    public Generation(GenerationRequest request, StopConditions stops, Mailbox mailbox, long arrived)
    {
        Request = request;
        Stops = stops;
        _mailbox = mailbox;
        Arrived = arrived;
        _tokens = new TokenChannel(request);
        _finished = new bool[request.Choices];
        _published = new int[request.Choices];
    }

    public GenerationRequest Request { get; }

    public int CachedPromptTokens { get; set; }

    public StopConditions Stops { get; }

    /// <summary>A timestamp of the engine's clock.</summary>
    public long Arrived { get; }

    /// <summary>The request as the router holds it; the engine thread's own.</summary>
    public RoutedRequest? Routed { get; set; }

    public void Stop(int choice)
    {
        _tokens.Stop(choice);
        _mailbox.Post(new Message(MessageKind.Stop, this) { Choice = choice });
    }

    public IAsyncEnumerable<TokenEvent> ReadAsync(CancellationToken cancellationToken) => _tokens.ReadAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _mailbox.Post(new Message(MessageKind.Cancel, this));
        return ValueTask.CompletedTask;
    }

    /// <summary>Hands an event to the reader.</summary>
    public void Publish(in TokenEvent token)
    {
        _published[token.Choice] = Math.Max(token.Index + 1, 0);
        _finished[token.Choice] |= token.Finish != FinishReason.None;
        _tokens.Write(token);
    }

    /// <summary>Ends the request. Choices that have not finished are reported as cancelled, or, with an error, are cut off by it.</summary>
    public void Complete(Exception? error)
    {
        for (int choice = 0; choice < _finished.Length && error is null; choice++)
        {
            if (!_finished[choice])
            {
                Publish(new TokenEvent(choice, _published[choice], -1, FinishReason.Cancelled) { LogProb = float.NaN });
            }
        }

        _tokens.Complete(error);
    }
}
