using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Items;
using OrleansInference.Api.Storage;

namespace OrleansInference.Api.Responses;

/// <summary>
/// Response with its readers on this node: the clients that wait for it or read its stream. It grows while this node generates it, and is complete if it was read from the store. Thread-safe.
/// </summary>
internal sealed class LiveResponse : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<OutputPiece> _pieces = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ResponseWork? _work;
    private bool _isDisposed;

    /// <param name="stored">The response as it was stored at its start.</param>
    /// <param name="start">The response as it was answered at its start.</param>
    /// <param name="work">What determines its tokens; null to read it from the stored response.</param>
    public LiveResponse(StoredResponse stored, ResponseDocument start, ResponseWork? work = null)
    {
        (Stored, Start, _work) = (stored, start, work);
        Stopped = _stop.Token;
    }

    public StoredResponse Stored { get; }

    public ResponseDocument Start { get; }

    /// <summary>What determines its tokens. Requires a response that has not ended.</summary>
    public ResponseWork Work => _work ??= ReadWork(Stored.Work!);

    /// <summary>The response at its end; null before.</summary>
    public ResponseDocument? End { get; private set; }

    /// <summary>Error because of which this node has stopped to generate the response; null if there was none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Number of pieces so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _pieces.Count;
            }
        }
    }

    /// <summary>Signals that this node is to stop generating.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Whether generation stops because a client cancelled or deleted the response, as opposed to a node that stops.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Whether the request that created the response waits for its end, and has the line of the audit log with its output.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>Completes when no piece follows.</summary>
    public Task Over => _over.Task;

    public OutputPiece this[int index]
    {
        get
        {
            lock (_lock)
            {
                return _pieces[index];
            }
        }
    }

    /// <summary>Creates a response that has ended.</summary>
    public static LiveResponse Ended(StoredResponse stored)
    {
        LiveResponse live = new(stored, ReadStart(stored));
        live.Complete(stored);
        return live;
    }

    /// <summary>Reads what determines the tokens of a response.</summary>
    public static ResponseWork ReadWork(string work) => JsonSerializer.Deserialize(work, ApiJson.Default.ResponseWork)!;

    /// <summary>Reads the response as it was answered at its start.</summary>
    public static ResponseDocument ReadStart(StoredResponse stored) => JsonSerializer.Deserialize(stored.Document, ApiJson.Default.ResponseDocument)!;

    /// <summary>Reads the response in its present state.</summary>
    public static ResponseDocument ReadDocument(StoredResponse stored)
    {
        ResponseResult? result = ReadResult(stored);
        return ReadStart(stored) with
        {
            Status = stored.Status.Name(),
            CompletedAt = result?.CompletedAt,
            Error = result?.Error,
            IncompleteDetails = stored.Status is ResponseStatus.Incomplete ? new IncompleteDetails("max_output_tokens") : null,
            Output = stored.Output is { } output ? [.. ItemList.Parse(output).Select(JsonNode (item) => item)] : [],
            Usage = result?.Usage,
        };
    }

    /// <summary>Returns the output so far for a line of the audit log.</summary>
    /// <param name="usage">Tokens of the response at its end; null if they are not known.</param>
    public AuditOutput ToAudit(ResponseUsage? usage)
    {
        lock (_lock)
        {
            return new AuditOutput(string.Concat(_pieces.Select(static piece => piece.Name + piece.Text)), usage?.OutputTokens);
        }
    }

    /// <summary>Waits until there are more pieces than a reader has, or none follows.</summary>
    /// <returns>Whether there are more.</returns>
    public async ValueTask<bool> WaitAsync(int have, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_pieces.Count > have)
                    return true;
                if (_over.Task.IsCompleted)
                    return false;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public void Add(OutputPiece piece)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _pieces.Add(piece);
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.TrySetResult();
    }

    /// <summary>Ends the response as it is stored.</summary>
    public void Complete(StoredResponse ended)
    {
        foreach (string[] piece in ReadResult(ended)?.Pieces ?? [])
        {
            Add(OutputPiece.From(piece));
        }

        Complete(ReadDocument(ended), null);
    }

    /// <summary>Ends the response, or its generation on this node.</summary>
    public void Complete(ResponseDocument? end, Exception? failure)
    {
        lock (_lock)
        {
            (End, Failure) = (end, failure);
            _over.TrySetResult();
            _changed.TrySetResult();
        }
    }

    /// <summary>Stops generation because a client cancelled or deleted the response.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        Leave();
    }

    /// <summary>Stops generation on this node. The response remains unfinished.</summary>
    public void Leave()
    {
        lock (_stop)
        {
            if (!_isDisposed)
                _stop.Cancel();
        }
    }

    /// <summary>Ends the use of <see cref="Stopped"/>. The pieces remain for the readers.</summary>
    public void Dispose()
    {
        lock (_stop)
        {
            _isDisposed = true;
            _stop.Dispose();
        }
    }

    /// <summary>Returns the pieces as they are stored.</summary>
    public string[][] ToFields()
    {
        lock (_lock)
        {
            return [.. _pieces.Select(static piece => piece.ToFields())];
        }
    }

    private static ResponseResult? ReadResult(StoredResponse stored) => stored.Result is { } result ? JsonSerializer.Deserialize(result, ApiJson.Default.ResponseResult) : null;
}
