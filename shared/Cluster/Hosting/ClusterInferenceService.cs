using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Inference service of a node: access to the model that the cluster serves.</summary>
public sealed class ClusterInferenceService : IResumableInference
{
    private const int ReservedAtOnce = 64;

    private readonly ServingOptions _options;
    private readonly SessionThread _front;
    private readonly ISessionStore _store;
    private readonly Func<ServiceStatus> _status;
    private readonly SemaphoreSlim _numbers = new(1);
    private int _next;
    private int _reserved;
    private int _open;
    private volatile bool _closed;

    /// <param name="model">Served model.</param>
    /// <param name="options">Bounds of requests.</param>
    /// <param name="front">Sessions and streams of this node.</param>
    /// <param name="store">Assigns the numbers of sessions.</param>
    /// <param name="status">Reads the node's view of the cluster's status.</param>
    public ClusterInferenceService(ServedModel model, ServingOptions options, SessionThread front, ISessionStore store, Func<ServiceStatus> status)
    {
        options.Validate();
        Model = model;
        _options = options;
        _front = front;
        _store = store;
        _status = status;
    }

    public ServedModel Model { get; }

    public ServiceStatus Status => _closed ? _status() with { Ready = false, Reason = "The node is stopping." } : _status();

    /// <summary>Open requests of this node's clients.</summary>
    public int Open => Volatile.Read(ref _open);

    public async ValueTask<IGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequestValidator.Validate(request, _options, Model.VocabularySize, Model.ContextLength);
        return Attach(request, await NextAsync(cancellationToken));
    }

    public async ValueTask<IResumableGeneration> ResumeAsync(string session, GenerationRequest request, CancellationToken cancellationToken)
    {
        // Attaching to a number that was never assigned would start that session.
        int number = NumberOf(session);
        if (!_front.Hosts(number) && await RetryUntilCancelledAsync(() => _store.ReadAsync(number), cancellationToken) is null)
        {
            ThrowUnknown(session);
        }

        return Attach(request, number);
    }

    public async ValueTask<string?> ReserveAsync(CancellationToken cancellationToken) =>
        _store.IsDurable ? (await NextAsync(cancellationToken)).ToString(CultureInfo.InvariantCulture) : null;

    public async ValueTask<IResumableGeneration> StartAsync(string session, GenerationRequest request, CancellationToken cancellationToken)
    {
        if (!_store.IsDurable)
        {
            // The number may be one of an earlier process, and belong to another session by now.
            return await ResumeAsync(session, request, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        RequestValidator.Validate(request, _options, Model.VocabularySize, Model.ContextLength);
        return Attach(request, NumberOf(session));
    }

    /// <summary>Refuses further requests.</summary>
    public void Close() => _closed = true;

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private static int NumberOf(string session)
    {
        if (!int.TryParse(session, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            ThrowUnknown(session);
        }

        return number;
    }

    [DoesNotReturn]
    private static void ThrowUnknown(string session) =>
        InferenceException.Throw(ErrorCode.InvalidRequest, $"Session '{session}' does not exist; expected the id of an event of the interrupted stream.", "Last-Event-ID");

    private ClusterGeneration Attach(GenerationRequest request, int session)
    {
        if (_closed)
        {
            InferenceException.Throw(ErrorCode.Unavailable, "The node is stopping; send the request to another node of the cluster.", null);
        }

        int most = _options.MaxWaitingRequests + _options.MaxRunningSequences;
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            InferenceException.Throw(ErrorCode.Overloaded, $"{most} requests are in flight at this node, which is its limit.", null);
        }

        ClusterGeneration generation = new(request, session, _front, _store.IsDurable, () => Interlocked.Decrement(ref _open));
        generation.Attach();
        return generation;
    }

    private async Task<int> NextAsync(CancellationToken cancellationToken)
    {
        await _numbers.WaitAsync(cancellationToken);
        try
        {
            if (_reserved == 0)
            {
                _next = await RetryUntilCancelledAsync(() => _store.ReserveAsync(ReservedAtOnce), cancellationToken);
                _reserved = ReservedAtOnce;
            }

            _reserved--;
            return _next++;
        }
        finally
        {
            _numbers.Release();
        }
    }

    /// <summary>Repeats a request to the store while the store does not answer, until the client cancels.</summary>
    private async Task<T> RetryUntilCancelledAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ask().WaitAsync(cancellationToken);
            }
            catch (InferenceException away) when (away.Code == ErrorCode.Unavailable && !_closed)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
