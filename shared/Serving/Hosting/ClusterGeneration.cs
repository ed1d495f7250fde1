using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OrleansInference.Serving.Control;

namespace OrleansInference.Serving.Hosting;

/// <summary>A request under way in the cluster, as its gateway sees it.</summary>
internal sealed class ClusterGeneration(GenerationRequest request, int session, FrontThread front, Action ended) : IGeneration, IClientStream
{
    private readonly Channel<TokenEvent> _events = Channel.CreateUnbounded<TokenEvent>(new() { SingleReader = true, SingleWriter = true });
    private readonly bool[] _finished = new bool[request.Choices];
    private int _stream;
    private int _readers;
    private int _over;

    public int Session => session;

    public int CachedPromptTokens { get; private set; }

    /// <summary>Attaches to the session.</summary>
    /// <param name="have">For each choice, tokens that the client has already.</param>
    public void Attach(int[] have) => _stream = front.Open(session, request, have, new bool[request.Choices], this);

    public async IAsyncEnumerable<TokenEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException($"The tokens of request '{request.RequestId}' are being read already; they can be read once.");
        }

        await foreach (TokenEvent token in _events.Reader.ReadAllAsync(cancellationToken))
        {
            yield return token;
        }
    }

    public void Stop(int choice)
    {
    }

    public void Token(int choice, int index, int token, FinishReason finish)
    {
        _events.Writer.TryWrite(new TokenEvent(choice, index, token, finish));
        _finished[choice] |= finish != FinishReason.None;
        if (Array.TrueForAll(_finished, static finished => finished))
        {
            _events.Writer.TryComplete();
        }
    }

    public void End()
    {
        _events.Writer.TryComplete();
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            ended();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!Array.TrueForAll(_finished, static finished => finished))
        {
            front.Cancel(_stream);
        }

        return ValueTask.CompletedTask;
    }
}
