using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OrleansInference.Engine.Requests;

/// <summary>
/// A request's tokens from the thread that has them to their one reader. Whoever writes never waits; what lies here is at most the request's own tokens, as numbers: text and events of a stream are made
/// when the reader takes them, so a slow reader costs a few bytes for each token.
/// </summary>
internal sealed class TokenChannel(GenerationRequest request)
{
    private readonly Lock _lock = new();
    private readonly TokenBacklog _backlog = new(request.Choices);
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, SingleWriter = true }); // whether to look into the backlog
    private readonly bool[] _stopped = new bool[request.Choices];
    private int _readers;

    /// <summary>Bytes that the events that wait lie in.</summary>
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

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException($"The tokens of request '{request.RequestId}' are being read already; they can be read once.");
        }

        // Every event is in the backlog before its news: none is left there when the news have ended.
        while (await _news.Reader.WaitToReadAsync(cancellationToken))
        {
            _news.Reader.TryRead(out _);
            while (TryTake(out TokenEvent token))
            {
                if (!Volatile.Read(ref _stopped[token.Choice]))
                {
                    yield return token;
                }
            }
        }
    }

    /// <summary>The reader gets nothing more of a choice; from any thread.</summary>
    public void Stop(int choice) => Volatile.Write(ref _stopped[choice], true);

    public void Write(in TokenEvent token)
    {
        lock (_lock)
        {
            _backlog.Add(token);
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>Ends the reading, after what was written.</summary>
    public void Complete(Exception? error) => _news.Writer.TryComplete(error);

    private bool TryTake(out TokenEvent token)
    {
        lock (_lock)
        {
            return _backlog.TryTake(out token);
        }
    }
}
