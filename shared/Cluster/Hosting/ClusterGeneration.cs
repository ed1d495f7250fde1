using System.Globalization;
using OrleansInference.Cluster.Gateway;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Running request, on its gateway's side.</summary>
/// <param name="request">Request of the client.</param>
/// <param name="session">Number of the session.</param>
/// <param name="front">The gateway's thread.</param>
/// <param name="isDurable">Whether sessions outlive the process.</param>
/// <param name="over">Called once, when the gateway has no further work for the request.</param>
internal sealed class ClusterGeneration(GenerationRequest request, int session, SessionThread front, bool isDurable, Action over) : IResumableGeneration, IClientStream
{
    private readonly TokenChannel _tokens = new(request);
    private readonly bool[] _finished = new bool[request.Choices];
    private readonly int[] _stoppedAt = [.. Enumerable.Repeat(-1, request.Choices)]; // written by the reader, before it has read
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stream;
    private int _over;
    private volatile bool _ended;
    private volatile bool _read; // the reader takes no more tokens

    public string Session { get; } = session.ToString(CultureInfo.InvariantCulture);

    public int CachedPromptTokens { get; set; }

    /// <summary>Attaches to the session, from its first token on.</summary>
    public void Attach() => _stream = front.Open(session, request, new int[request.Choices], new bool[request.Choices], this);

    public IAsyncEnumerable<TokenEvent> ReadAsync(CancellationToken cancellationToken) => _tokens.ReadAsync(cancellationToken);

    public IReadOnlyList<int>? Used => !_read ? null : Array.TrueForAll(_stoppedAt, static tokens => tokens < 0) ? [] : _stoppedAt;

    public void Stop(int choice, int tokens)
    {
        _stoppedAt[choice] = tokens;
        _tokens.Stop(choice);
        front.Stop(_stream, choice);
    }

    public void Token(in TokenEvent token)
    {
        _tokens.Write(token);
        _finished[token.Choice] |= token.Finish != FinishReason.None;
        if (Array.TrueForAll(_finished, static finished => finished))
        {
            // The reader does not wait for the session to confirm.
            Complete(null);
        }
    }

    public Task ConfirmAsync(CancellationToken cancellationToken)
    {
        if (!isDurable)
        {
            return Task.CompletedTask;
        }

        Close();
        return _confirmed.Task.WaitAsync(cancellationToken);
    }

    public void Fail(InferenceException error)
    {
        Complete(error);
        _confirmed.TrySetResult();
    }

    public void Finish()
    {
        Complete(null);
        Over();
    }

    public void End()
    {
        Complete(null);
        Over();
        _confirmed.TrySetResult();
    }

    public ValueTask LeaveAsync()
    {
        front.Leave(_stream);
        Over();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Close()
    {
        _read = true;
        if (_ended)
        {
            front.CloseStream(_stream);
        }
        else
        {
            front.Cancel(_stream);
        }
    }

    private void Over()
    {
        _ended = true;
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            over();
        }
    }

    private void Complete(Exception? error)
    {
        _ended = true;
        _tokens.Complete(error);
    }
}
