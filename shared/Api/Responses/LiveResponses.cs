using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Items;
using OrleansInference.Api.Storage;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Tenancy.Access;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Text;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Responses;

/// <summary>Generates responses on this node, and stores their ends. Several nodes may generate the same response: the tokens are the same, and the first end is stored.</summary>
internal sealed partial class LiveResponses(
    IInferenceService service, ModelText modelText, IResponseStore store, ApiMetrics metrics, GenAiMetrics genAi, TimeProvider time, IHostApplicationLifetime host, QuotaGate quotas,
    AuditTrail audit, AccessDirectory directory, ILogger<LiveResponses> logger)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, LiveResponse> _live = new();

    /// <summary>Stored responses that this node generates.</summary>
    public IReadOnlyList<string> Stored => [.. _live.Values.Where(static live => live.Start.Store).Select(static live => live.Stored.Id)];

    /// <summary>Returns a response that this node generates; null if it generates none of the id.</summary>
    public LiveResponse? Find(string id) => _live.GetValueOrDefault(id);

    /// <summary>Reserves the session of a new response, so that every node that generates it generates, and counts, the same session.</summary>
    /// <returns>The session; null if sessions end with this process.</returns>
    public async ValueTask<string?> ReserveAsync(CancellationToken cancellation) => service is IResumableInference resumable ? await resumable.ReserveAsync(cancellation) : null;

    /// <summary>Starts a new response, which is stored already if it is to be.</summary>
    /// <param name="stored">The response as it was stored.</param>
    /// <param name="start">The response as it was answered.</param>
    /// <param name="work">What determines its tokens.</param>
    /// <param name="isAwaited">See <see cref="LiveResponse.IsAwaited"/>.</param>
    public LiveResponse Start(StoredResponse stored, ResponseDocument start, ResponseWork work, bool isAwaited) => Run(new LiveResponse(stored, start, work) { IsAwaited = isAwaited }, isNew: true);

    /// <summary>Follows a stored response that has not ended, as its first generating node or in addition to others.</summary>
    public LiveResponse Follow(StoredResponse stored) => _live.TryGetValue(stored.Id, out LiveResponse? live) ? live : Run(new LiveResponse(stored, LiveResponse.ReadStart(stored)), isNew: false);

    /// <summary>Stops the session of a response that this node does not generate.</summary>
    public async Task StopSessionAsync(StoredResponse stored, CancellationToken cancellation)
    {
        if (stored is not { Session: { } session, Work: { } work } || service is not IResumableInference resumable)
            return;
        try
        {
            await (await resumable.ResumeAsync(session, LiveResponse.ReadWork(work).Request, cancellation)).DisposeAsync();
        }
        catch (InferenceException gone)
        {
            Postponed(stored.Id, gone.Message);
        }
    }

    /// <summary>Stops the generation of all responses on this node. Other nodes continue the stored ones.</summary>
    public Task LeaveAsync()
    {
        LiveResponse[] left = [.. _live.Values];
        Array.ForEach(left, static live => live.Leave());
        return Task.WhenAll(left.Select(static live => live.Over));
    }

    private LiveResponse Run(LiveResponse live, bool isNew)
    {
        LiveResponse first = _live.GetOrAdd(live.Stored.Id, live);
        if (first == live)
            _ = Task.Run(() => RunAsync(live, isNew), CancellationToken.None);
        return first;
    }

    private async Task RunAsync(LiveResponse live, bool isNew)
    {
        try
        {
            // Since the response was found to be running, it may have ended here or on another node.
            if (!isNew && await store.FindAsync(live.Stored.Tenant, live.Stored.Id) is var current && current?.Status.IsRunning() != true)
                live.Complete(current ?? throw ResponseEndpoints.NotFound(live.Stored.Id));
            else
                await EndAsync(live, await GenerateAsync(live));
        }
        catch (InferenceException deleted) when (deleted.Code is ErrorCode.NotFound)
        {
            live.Complete(null, deleted);
        }
        catch (OperationCanceledException) when (live.IsCancelled)
        {
            await EndAsync(live, new ResponseEnd(ResponseStatus.Cancelled, null, null));
        }
        catch (Exception) when (live.Stopped.IsCancellationRequested || host.ApplicationStopping.IsCancellationRequested)
        {
            live.Complete(null, new InferenceException(ErrorCode.Unavailable, "The node is stopping; another node of the cluster continues the response."));
        }
        catch (Exception error) when (IsTransient(error) && live.Count == 0 && live.Start.Store && store.IsDurable && (!isNew || live.Start.Background))
        {
            // A node claims the response again when nobody has reported it for a while.
            Postponed(live.Stored.Id, error.Message);
            live.Complete(null, error);
        }
        catch (Exception error) when (isNew && !live.Start.Background && live.Count == 0)
        {
            await quotas.ReturnAsync(live.Work.Request);
            await DiscardAsync(live);
            live.Complete(null, error);
        }
        catch (Exception error)
        {
            ApiError described = ErrorMiddleware.Describe(error, live.Stored.Id, logger);
            await EndAsync(live, new ResponseEnd(ResponseStatus.Failed, null, new ResponseError(described.Code ?? "server_error", described.Message)));
        }
        finally
        {
            _live.TryRemove(live.Stored.Id, out _);
            if (!live.Over.IsCompleted)
                live.Complete(null, new InferenceException(ErrorCode.Unavailable, "The node has stopped to generate the response."));
            live.Dispose();
        }
    }

    /// <summary>Generates a response from its session, or from the beginning: the tokens are the same.</summary>
    private async Task<ResponseEnd> GenerateAsync(LiveResponse live)
    {
        ResponseWork work = live.Work;
        if (live.Stored.Session is { } session && service is IResumableInference)
        {
            try
            {
                return await GenerateAsync(live, work, session);
            }
            catch (InferenceException lost) when (lost.Code is ErrorCode.InvalidRequest && live.Count == 0)
            {
                // The session ended with an earlier process.
            }
        }

        return await GenerateAsync(live, work, null);
    }

    private async Task<ResponseEnd> GenerateAsync(LiveResponse live, ResponseWork work, string? session)
    {
        CancellationToken stopped = live.Stopped;
        TextStreamOptions text = new() { ParseReasoning = modelText.Reasons, StartsInReasoning = work.StartsInReasoning };
        AnswerId answer = AnswerId.New(time);
        PreparedRequest prepared = new(
            answer, Stream: true, IncludeUsage: true, [new PreparedPrompt(work.Request, modelText.Tokenizer, text) { Session = session }], Resume: null);
        using RequestMetrics measured = new(metrics, genAi, time, prepared, service.Model.Id, "chat");
        try
        {
            await using RequestRun run = await RequestRun.StartAsync(service, prepared, measured, stopped);
            try
            {
                if (live.Start.Store && run.Sessions is [string current] && (current != session || live.Stored.Status is ResponseStatus.Queued))
                    await AttachAsync(live.Stored.Id, current, stopped);
                ResponseSink sink = new(live, work);
                await run.RunAsync(sink, stopped);
                await run.ConfirmAsync(time, stopped);
                measured.End(run);
                if (live.Count == 0)
                    live.Add(new OutputPiece(OutputKind.Text, string.Empty));
                return new ResponseEnd(sink.Finish is FinishReason.Length ? ResponseStatus.Incomplete : ResponseStatus.Completed, ResponseUsage.From(run.Usage()), null);
            }
            catch (OperationCanceledException) when (!live.IsCancelled)
            {
                await run.LeaveAsync();
                throw;
            }
        }
        catch (Exception error)
        {
            measured.Fail(error);
            throw;
        }
    }

    /// <summary>Stores the session of a response that has none yet, and that it is in progress.</summary>
    private async Task AttachAsync(string id, string session, CancellationToken stopped)
    {
        try
        {
            await store.AttachAsync(id, session, stopped);
        }
        catch (InferenceException away) when (away.Code is ErrorCode.Unavailable)
        {
            Postponed(id, away.Message);
        }
    }

    /// <summary>Stores the end of a response, then shows it to the readers.</summary>
    private async Task EndAsync(LiveResponse live, ResponseEnd end)
    {
        ResponseOutput output = new(live.Stored.Id);
        for (int i = 0; i < live.Count; i++)
        {
            output.Add(live[i]);
        }

        JsonObject[] items = output.ToJson(end.Status is ResponseStatus.Completed);
        long? completedAt = end.Status is ResponseStatus.Completed ? time.GetUtcNow().ToUnixTimeSeconds() : null;
        StoredResponse ended = live.Stored with
        {
            Status = end.Status,
            Output = ItemList.Text(new JsonArray([.. items.Select(static item => item.DeepClone())])),
            Result = JsonSerializer.Serialize(new ResponseResult(live.ToFields(), end.Usage, end.Error, completedAt), ApiJson.Default.ResponseResult),
        };
        StoredItem[] turn = live.Stored.Conversation is null ? [] : ItemList.Stored([.. ItemList.Parse(live.Stored.Input), .. items]);
        if (audit.IsOn && !live.IsAwaited)
            await AuditAsync(live, end);
        if (live.Start.Store)
            ended = await StoreAsync(ended, turn) is { } status ? ended with { Status = status } : await store.FindAsync(ended.Tenant, ended.Id) ?? ended;
        live.Complete(LiveResponse.ReadDocument(ended), null);
    }

    /// <summary>Writes the end of a response for which no request waits to the audit log, before it can be read, with repetitions while the disk or the database does not accept it.</summary>
    private async Task AuditAsync(LiveResponse live, ResponseEnd end)
    {
        AuditOutput output = live.ToAudit(end.Usage);
        AuditEntry entry = new("endResponse")
        {
            UserId = live.Start.User ?? live.Start.SafetyIdentifier,
            Tenant = live.Stored.Tenant,
            KeyId = live.Work.Request.Account?.Key,
            Target = live.Stored.Id,
            ModelVersion = RequestAudit.VersionOf(service.Model),
            InputLength = live.Work.Request.Prompt.Length,
            OutputLength = output.Tokens,
            Status = end.Error is null ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError,
            OutputHash = AuditHash.Of(output.Text),
        };
        while (true)
        {
            try
            {
                using AccessGrant? tenant = await directory.FindTenantAsync(live.Stored.Tenant);
                await audit.AppendAsync(tenant is { Tenant.AuditsContents: true } ? entry with { Output = output.Text } : entry);
                return;
            }
            catch (Exception failed) when (failed is AuditException or TenancyStoreException && !host.ApplicationStopping.IsCancellationRequested)
            {
                Postponed(live.Stored.Id, failed.Message);
            }

            await Task.Delay(RetryInterval, time, host.ApplicationStopping);
        }
    }

    /// <summary>Stores the end of a response, with repetitions while the store does not answer.</summary>
    private async Task<ResponseStatus?> StoreAsync(StoredResponse ended, StoredItem[] turn)
    {
        while (true)
        {
            try
            {
                return await store.EndAsync(ended, turn);
            }
            catch (InferenceException away) when (away.Code is ErrorCode.Unavailable && !host.ApplicationStopping.IsCancellationRequested)
            {
                Postponed(ended.Id, away.Message);
            }

            await Task.Delay(RetryInterval, time, host.ApplicationStopping);
        }
    }

    /// <summary>Removes a response that was refused before its first token: the client receives the error instead.</summary>
    private async Task DiscardAsync(LiveResponse live)
    {
        if (!live.Start.Store)
            return;
        try
        {
            await store.DeleteAsync(live.Stored.Tenant, live.Stored.Id);
        }
        catch (InferenceException away) when (away.Code is ErrorCode.Unavailable)
        {
            Postponed(live.Stored.Id, away.Message);
        }
    }

    /// <summary>Returns whether another attempt may succeed, because the error is not one of the request.</summary>
    private static bool IsTransient(Exception error) => error is InferenceException { Code: ErrorCode.Unavailable or ErrorCode.Overloaded };

    [LoggerMessage(LogLevel.Warning, "Response {Response}: a step is repeated later, because of an error: {Reason}")]
    private partial void Postponed(string response, string reason);

    /// <summary>End of a response.</summary>
    private sealed record ResponseEnd(ResponseStatus Status, ResponseUsage? Usage, ResponseError? Error);
}
