using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OrleansInference.Engine.Requests;

/// <summary>
/// Passes a request's tokens from the thread that produces them to their only reader. Writing never blocks. The channel holds at most the request's own tokens, as numbers. Text and
/// events of a stream are created when the reader takes the tokens, so a slow reader costs a few bytes per token.
/// </summary>
public sealed class TokenChannel(GenerationRequest request)
{
    private readonly Lock _lock = new();
    private readonly TokenBacklog _backlog = new(request.Choices);
    private readonly Channel<bool> _signal = Channel.CreateUnbounded<bool>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }); // one for each time that the backlog stopped being empty
    private readonly bool[] _stopped = new bool[request.Choices];
    private int _readers;

    /// <summary>Allocated bytes of the waiting events.</summary>
    public int WaitingBytes
    {
        get
        {
            lock (_lock)
            {
                return _backlog.Bytes;
            }
        }
    }

    /// <summary>Reads the tokens until the end of the request.</summary>
    /// <exception cref="InvalidOperationException">The tokens are being read already.</exception>
    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException($"The tokens of request '{request.RequestId}' are already being read; they can be read once.");
        }

        // A wait with a token that can be cancelled allocates, one without does not: the cancellation ends the channel instead.
        await using CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(static (channel, cancelled) => ((TokenChannel)channel!).Complete(new OperationCanceledException(cancelled)), this);

        // Every event is in the backlog before its signal, so the backlog is empty when the signals have ended.
        while (await _signal.Reader.WaitToReadAsync(CancellationToken.None))
        {
            _signal.Reader.TryRead(out _);
            while (TryTake(out TokenEvent token))
            {
                if (!Volatile.Read(ref _stopped[token.Choice]))
                {
                    yield return token;
                }
            }
        }
    }

    /// <summary>Stops the delivery of a choice to the reader. Thread-safe.</summary>
    public void Stop(int choice) => Volatile.Write(ref _stopped[choice], true);

    /// <summary>Appends a token. Requires that no other thread writes.</summary>
    public void Write(in TokenEvent token)
    {
        bool first;
        lock (_lock)
        {
            first = _backlog.Count == 0;
            _backlog.Add(token);
        }

        // A reader that has seen an event takes all that follow it.
        if (first)
        {
            _signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Ends the reading after all written events. Thread-safe.</summary>
    public void Complete(Exception? error) => _signal.Writer.TryComplete(error);

    private bool TryTake(out TokenEvent token)
    {
        lock (_lock)
        {
            return _backlog.TryTake(out token);
        }
    }
}
