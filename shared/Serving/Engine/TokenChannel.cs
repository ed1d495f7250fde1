using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace OrleansInference.Serving;

/// <summary>
/// A request's tokens from the thread that has them to their one reader. Whoever writes never waits; what lies here is at most the request's own tokens, so a slow reader costs no more
/// memory than its request was admitted for.
/// </summary>
internal sealed class TokenChannel(GenerationRequest request)
{
    private readonly Channel<TokenEvent> _events = Channel.CreateUnbounded<TokenEvent>(new() { SingleReader = true, SingleWriter = true });
    private readonly bool[] _stopped = new bool[request.Choices];
    private int _readers;

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException($"The tokens of request '{request.RequestId}' are being read already; they can be read once.");
        }

        await foreach (TokenEvent token in _events.Reader.ReadAllAsync(cancellationToken))
        {
            if (!Volatile.Read(ref _stopped[token.Choice]))
            {
                yield return token;
            }
        }
    }

    /// <summary>The reader gets nothing more of a choice; from any thread.</summary>
    public void Stop(int choice) => Volatile.Write(ref _stopped[choice], true);

    public void Write(in TokenEvent token) => _events.Writer.TryWrite(token);

    /// <summary>Ends the reading, after what was written.</summary>
    public void Complete(Exception? error) => _events.Writer.TryComplete(error);
}
