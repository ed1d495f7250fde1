using System.Text.Json.Nodes;
using OrleansInference.Api.Access;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Items;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;

namespace OrleansInference.Api.Responses;

/// <summary>Renders the items of a response into its prompt.</summary>
internal sealed class ResponsePrompt(IInferenceService service, ModelText modelText, ChatPrompt prompts)
{
    private const long SeedLimit = 1L << 53; // the response shows the seed, and clients in JavaScript have no greater integers

    /// <param name="request">The request.</param>
    /// <param name="items">Items that precede the request, and its own.</param>
    /// <param name="id">Id of the response.</param>
    /// <param name="caller">Sender of the request.</param>
    public ResponseWork Prepare(ResponseRequest request, IReadOnlyList<JsonObject> items, string id, Caller caller)
    {
        request.Seed ??= Random.Shared.NextInt64(SeedLimit);
        (string text, int[] tokens) = request.Truncates ? Truncate(request, items) : Render(request, items);
        GenerationRequest resolved = RequestResolver.Resolve(request, service.Model, tokens, "input", id, caller);
        return new ResponseWork(request.Background ? resolved with { Timeout = null } : resolved, prompts.StartsInReasoning(request, text), request.Tools is not null);
    }

    /// <summary>Leaves out the oldest turns until the prompt fits. System messages and the last turn are kept.</summary>
    private (string Text, int[] Tokens) Truncate(ResponseRequest request, IReadOnlyList<JsonObject> items)
    {
        ServedModel model = service.Model;
        int most = Math.Min(request.Limits.MaxPromptTokens ?? int.MaxValue, model.ContextLength - (request.MaxTokens ?? 1));
        int[] starts = [0, .. Enumerable.Range(1, Math.Max(items.Count - 1, 0)).Where(index => RoleOf(items[index]) == "user")];
        (int low, int high) = (0, starts.Length - 1); // the turn at high is tried even if it does not fit: the error then names the field
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Render(request, From(items, starts[middle])).Tokens.Length <= most ? (low, middle) : (middle + 1, high);
        }

        return Render(request, From(items, starts[low]));
    }

    private (string Text, int[] Tokens) Render(ResponseRequest request, IReadOnlyList<JsonObject> items)
    {
        request.Messages = ItemMessages.From(request.Instructions, items);
        string text = prompts.Render(request);
        return (text, modelText.Tokenizer.Encode(text, request.AddSpecialTokens ?? false));
    }

    private static JsonObject[] From(IReadOnlyList<JsonObject> items, int start) => [.. items.Where((item, index) => index >= start || RoleOf(item) is "system" or "developer")];

    private static string? RoleOf(JsonObject item) => item["role"]?.GetValue<string>();
}
