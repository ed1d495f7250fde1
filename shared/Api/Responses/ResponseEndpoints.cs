using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Items;
using OrleansInference.Api.Requests;
using OrleansInference.Api.Storage;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Api.Responses;

/// <summary><c>/v1/responses</c></summary>
internal sealed class ResponseEndpoints(
    IInferenceService service, IResponseStore store, LiveResponses live, ResponseFieldTable fields, ResponseContext contexts, ResponsePrompt prompts, ResponseStreamer streamer, QuotaGate quotas,
    IOptions<ApiOptions> options, TimeProvider time)
{
    /// <summary>Silence of its generating node after which a response is generated here.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(5);

    /// <summary>Creates the error of an id that no response of the tenant has. That another tenant may have it is not revealed.</summary>
    public static InferenceException NotFound(string id) => new(ErrorCode.NotFound, $"The response '{JsonText.Shorten(id)}' does not exist.");

    /// <summary><c>POST /v1/responses</c></summary>
    public async Task CreateAsync(HttpContext context)
    {
        ResponseRequest request;
        using (RequestBody body = await RequestBody.ReadAsync(context, options.Value))
        {
            request = fields.Read(body.Root, options.Value);
        }

        Caller caller = Caller.Of(context);
        RequestResolver.CheckModel(request.Model, service.Model, caller);
        if (request.Stream && EventPosition.Read(context) is { } position)
        {
            await StreamAsync(context, caller.Tenant, position.Response, position.Sequence);
            return;
        }

        IReadOnlyList<JsonObject> before = await contexts.ReadAsync(caller.Tenant, request, context.RequestAborted);
        AnswerId answer = AnswerId.New(time);
        string id = $"resp_{answer}";
        ResponseWork work = prompts.Prepare(request, [.. before, .. request.Items], id, caller);
        RequestAudit.Of(context)?.SetGeneration(service.Model, request.User ?? request.SafetyIdentifier, id, work.Request.Prompt.Length);
        work = work with { Request = await quotas.AdmitAsync(context, work.Request) };
        ResponseDocument start = Describe(request, work, id, answer.Created);
        StoredResponse stored = Describe(request, work, start, caller.Tenant, answer.Created);
        if (request.Store)
            stored = await AddAsync(stored, work, context.RequestAborted);
        LiveResponse response = live.Start(stored, start, work, isAwaited: !request.Background);

        // A response in the background, too, ends with the key that asked for it.
        _ = caller.Ended.UnsafeRegister(static response => ((LiveResponse)response!).Cancel(), response);
        if (request.Stream)
            await StreamNewAsync(context, response);
        else if (request.Background)
            await WriteAsync(context, start);
        else
            await WriteWholeAsync(context, response);
    }

    /// <summary><c>GET /v1/responses/{id}</c></summary>
    public async Task GetAsync(HttpContext context, string id)
    {
        string tenant = Caller.Of(context).Tenant;
        if (context.Request.Query["stream"] == "true")
        {
            await StreamAsync(context, tenant, id, EventPosition.ReadAfter(context, id));
            return;
        }

        StoredResponse stored = await FindAsync(tenant, id, context.RequestAborted);
        if (stored.Status.IsRunning() && time.GetUtcNow() - stored.TouchedAt > Lost)
            live.Follow(stored);
        await WriteAsync(context, LiveResponse.ReadDocument(stored));
    }

    /// <summary><c>GET /v1/responses/{id}/input_items</c></summary>
    public async Task ListInputAsync(HttpContext context, string id)
    {
        ListQuery query = ListQuery.Read(context);
        IEnumerable<StoredItem> items = ItemList.Stored(await contexts.ReadInputAsync(Caller.Of(context).Tenant, id, options.Value.MaxMessages, context.RequestAborted));
        items = query.NewestFirst ? items.Reverse() : items;
        if (query.After is { } after)
            items = items.Any(item => item.Id == after) ? items.SkipWhile(item => item.Id != after).Skip(1) : throw query.UnknownAfter();
        await context.Response.WriteAsJsonAsync(ItemList.Of([.. items.Take(query.Limit + 1)], query.Limit), ApiJson.Default.ItemList, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>POST /v1/responses/{id}/cancel</c></summary>
    public async Task CancelAsync(HttpContext context, string id)
    {
        CancellationToken aborted = context.RequestAborted;
        string tenant = Caller.Of(context).Tenant;
        StoredResponse stored = await FindAsync(tenant, id, aborted);
        if (await store.CancelAsync(tenant, id, aborted))
        {
            if (live.Find(id) is { } own)
            {
                own.Cancel();
                await own.Over.WaitAsync(aborted);
            }
            else
            {
                // The node that generates it sees the new state with its next report, and then stores what it has generated.
                await live.StopSessionAsync(stored, aborted);
            }
        }

        await WriteAsync(context, LiveResponse.ReadDocument(await FindAsync(tenant, id, aborted)));
    }

    /// <summary><c>DELETE /v1/responses/{id}</c></summary>
    public async Task DeleteAsync(HttpContext context, string id)
    {
        if (!await RemoveAsync(Caller.Of(context).Tenant, id, context.RequestAborted))
            throw NotFound(id);
        await context.Response.WriteAsJsonAsync(new ResponseDeletion(id, "response", true), ApiJson.Default.ResponseDeletion, cancellationToken: context.RequestAborted);
    }

    /// <summary>Deletes a response of a tenant, and ends it if it is being generated. Other nodes follow with their next report.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RemoveAsync(string tenant, string id, CancellationToken cancellation)
    {
        bool deleted = await store.DeleteAsync(tenant, id, cancellation);
        if (deleted)
            live.Find(id)?.Cancel();
        return deleted;
    }

    /// <summary>Sends the events of a stored response after those that the client has.</summary>
    private async Task StreamAsync(HttpContext context, string tenant, string id, int after)
    {
        StoredResponse stored = await FindAsync(tenant, id, context.RequestAborted);
        await streamer.StreamAsync(context, live.Find(id) ?? (stored.Status.IsRunning() ? live.Follow(stored) : LiveResponse.Ended(stored)), after);
    }

    /// <summary>Sends the events of a new response. Its generation continues after the connection only if the client can resume: the response is stored, and the client has its id.</summary>
    private async Task StreamNewAsync(HttpContext context, LiveResponse response)
    {
        try
        {
            await streamer.StreamAsync(context, response, after: -1);
        }
        catch (OperationCanceledException)
        {
            response.IsAwaited = false;
            if (!response.Start.Store || !(context.Response.HasStarted || response.Start.Background))
                response.Cancel();
            throw;
        }
    }

    private static async Task WriteWholeAsync(HttpContext context, LiveResponse response)
    {
        ResponseDocument document = await WaitAsync(context, response);
        RequestAudit.Of(context)?.SetOutput(() => response.ToAudit(document.Usage));
        await WriteAsync(context, document);
    }

    private async Task<StoredResponse> AddAsync(StoredResponse response, ResponseWork work, CancellationToken aborted)
    {
        try
        {
            StoredResponse stored = response with { Session = await live.ReserveAsync(aborted) };
            await store.AddAsync(stored, aborted);
            return stored;
        }
        catch
        {
            await quotas.ReturnAsync(work.Request);
            throw;
        }
    }

    private static async Task<ResponseDocument> WaitAsync(HttpContext context, LiveResponse response)
    {
        try
        {
            await response.Over.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            response.Cancel(); // the client cannot know the id
            throw;
        }

        return response.End ?? throw response.Failure!;
    }

    private async Task<StoredResponse> FindAsync(string tenant, string id, CancellationToken cancellation) => await store.FindAsync(tenant, id, cancellation) ?? throw NotFound(id);

    private static async Task WriteAsync(HttpContext context, ResponseDocument document)
    {
        await RequestAudit.WriteAsync(context);
        context.Response.ContentType = "application/json";
        await using (Utf8JsonWriter json = new(context.Response.BodyWriter, EventStream.JsonOptions))
        {
            JsonSerializer.Serialize(json, document, ApiJson.Default.ResponseDocument);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private StoredResponse Describe(ResponseRequest request, ResponseWork work, ResponseDocument start, string tenant, DateTimeOffset now) => new(tenant, start.Id, now)
    {
        Status = request.Background ? ResponseStatus.Queued : ResponseStatus.InProgress,
        Background = request.Background,
        Previous = request.Previous,
        Conversation = request.Conversation,
        ExpiresAt = options.Value.ExpiresAt(tenant, now),
        Document = JsonSerializer.Serialize(start, ApiJson.Default.ResponseDocument),
        Input = ItemList.Text(new JsonArray([.. request.Items.Select(static item => item.DeepClone())])),
        Work = request.Store ? JsonSerializer.Serialize(work, ApiJson.Default.ResponseWork) : null,
    };

    private static ResponseDocument Describe(ResponseRequest request, ResponseWork work, string id, DateTimeOffset now)
    {
        SamplingParameters sampling = work.Request.Sampling;
        return new ResponseDocument
        {
            Id = id,
            CreatedAt = now.ToUnixTimeSeconds(),
            Status = (request.Background ? ResponseStatus.Queued : ResponseStatus.InProgress).Name(),
            Background = request.Background,
            Instructions = request.Instructions,
            MaxOutputTokens = request.MaxTokens,
            Model = request.Model,
            PreviousResponseId = request.Previous,
            Conversation = request.Conversation is { } conversation ? new ConversationReference(conversation) : null,
            Reasoning = new JsonObject { ["effort"] = "medium", ["summary"] = null },
            Store = request.Store,
            Temperature = Math.Round(sampling.Temperature, 6),
            TopP = Math.Round(sampling.TopP, 6),
            Text = new JsonObject { ["format"] = new JsonObject { ["type"] = "text" }, ["verbosity"] = "medium" },
            ToolChoice = request.UsesTools ? "auto" : "none",
            Tools = request.ToolFields,
            Truncation = request.Truncates ? "auto" : "disabled",
            User = request.User,
            SafetyIdentifier = request.SafetyIdentifier,
            PromptCacheKey = request.PromptCacheKey,
            Metadata = request.Metadata,
            Seed = unchecked((long)sampling.Seed),
        };
    }
}
