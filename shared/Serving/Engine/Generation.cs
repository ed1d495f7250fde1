using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OrleansInference.Serving;

/// <summary>
/// A request under way, seen from both sides: the engine publishes tokens, the caller reads them. The channel between them never blocks the engine; it holds
/// at most the request's own tokens, so a slow reader costs no more memory than its request was admitted for.
/// </summary>
internal sealed class Generation : IGeneration
{
    private readonly Channel<TokenEvent> _events = Channel.CreateUnbounded<TokenEvent>(new() { SingleReader = true, SingleWriter = true });
    private readonly bool[] _stopped;
    private readonly bool[] _finished;
    private readonly int[] _published;
    private readonly TimeProvider _time;
    private readonly long _started;
    private int _readers;
    private volatile bool _abandoned;

    public Generation(GenerationRequest request, TimeProvider time)
    {
        Request = request;
        _time = time;
        _started = time.GetTimestamp();
        _stopped = new bool[request.Choices];
        _finished = new bool[request.Choices];
        _published = new int[request.Choices];
    }

    public GenerationRequest Request { get; }

    public int CachedPromptTokens { get; set; }

    /// <summary>Prompt tokens whose log-probabilities have been published, where the request asks for them.</summary>
    public int PublishedPromptTokens { get; set; }

    /// <summary>Whether nobody waits for it any more: it was abandoned, its time is over, or all its choices have ended.</summary>
    public bool Left => _abandoned || Expired || Array.TrueForAll(_stopped, stopped => stopped);

    private bool Expired => Request.Timeout is { } timeout && _time.GetElapsedTime(_started) >= timeout;

    /// <summary>Whether the caller ended this choice.</summary>
    public bool IsStopped(int choice) => Volatile.Read(ref _stopped[choice]);

    public void Stop(int choice) => Volatile.Write(ref _stopped[choice], true);

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException($"The tokens of request '{Request.RequestId}' are being read already; they can be read once.");
        }

        await foreach (TokenEvent token in _events.Reader.ReadAllAsync(cancellationToken))
        {
            if (!IsStopped(token.Choice))
            {
                yield return token;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _abandoned = true;
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
    public void Complete(Exception? error = null)
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
