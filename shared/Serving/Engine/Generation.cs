using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OrleansInference.Serving.Routing;

namespace OrleansInference.Serving;

/// <summary>
/// A request under way, seen from both sides: the engine publishes tokens, the caller reads them. The channel between them never blocks the engine; it holds
/// at most the request's own tokens, so a slow reader costs no more memory than its request was admitted for.
/// </summary>
internal sealed class Generation : IGeneration, IRequestSink
{
    private readonly Channel<TokenEvent> _events = Channel.CreateUnbounded<TokenEvent>(new() { SingleReader = true, SingleWriter = true });
    private readonly bool[] _stopped;
    private readonly bool[] _finished;
    private readonly int[] _published;
    private readonly Mailbox _mailbox;
    private int _readers;

    public Generation(GenerationRequest request, StopConditions stops, Mailbox mailbox, long arrived)
    {
        Request = request;
        Stops = stops;
        _mailbox = mailbox;
        Arrived = arrived;
        _stopped = new bool[request.Choices];
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
        Volatile.Write(ref _stopped[choice], true);
        _mailbox.Post(new Message(MessageKind.Stop, this) { Choice = choice });
    }

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException($"The tokens of request '{Request.RequestId}' are being read already; they can be read once.");
        }

        await foreach (TokenEvent token in _events.Reader.ReadAllAsync(cancellationToken))
        {
            if (!Volatile.Read(ref _stopped[token.Choice]))
            {
                yield return token;
            }
        }
    }

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
        _events.Writer.TryWrite(token);
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

        _events.Writer.TryComplete(error);
    }
}
