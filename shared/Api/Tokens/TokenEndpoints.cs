using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Requests;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text;

namespace OrleansInference.Api.Tokens;

/// <summary><c>POST /tokenize</c> and <c>POST /detokenize</c></summary>
internal sealed class TokenEndpoints(IInferenceService service, ModelText modelText, ChatPrompt prompts, IOptions<ApiOptions> options)
{
    public async Task TokenizeAsync(HttpContext context)
    {
        TokenizeRequest request;
        using (RequestBody body = await RequestBody.ReadAsync(context, options.Value))
        {
            request = TokenizeRequest.Read(body.Root, options.Value);
        }

        ServedModel model = service.Model;
        RequestResolver.CheckModel(request.Model, model, Caller.Of(context));
        string text = request.Prompt ?? prompts.Render(request);
        int[] tokens = modelText.Tokenizer.Encode(text, request.AddSpecialTokens ?? request.Prompt is not null);
        string[]? texts = request.ReturnTokenTexts ? [.. tokens.Select(token => modelText.Tokenizer.TokenText(token) ?? string.Empty)] : null;
        TokenizeResult result = new(tokens.Length, model.ContextLength, tokens, texts);
        await context.Response.WriteAsJsonAsync(result, ApiJson.Default.TokenizeResult, cancellationToken: context.RequestAborted);
    }

    public async Task DetokenizeAsync(HttpContext context)
    {
        DetokenizeRequest request;
        using (RequestBody body = await RequestBody.ReadAsync(context, options.Value))
        {
            request = DetokenizeRequest.Read(body.Root);
        }

        ServedModel model = service.Model;
        RequestResolver.CheckModel(request.Model, model, Caller.Of(context));
        int unknown = Array.FindIndex(request.Tokens, token => token >= model.VocabularySize);
        if (unknown >= 0)
            throw new InferenceException(ErrorCode.InvalidRequest, $"'tokens[{unknown}]' is {request.Tokens[unknown]}, but token ids must be below {model.VocabularySize}.", $"tokens[{unknown}]");
        DetokenizeResult result = new(modelText.Tokenizer.Decode(request.Tokens, skipSpecialTokens: false));
        await context.Response.WriteAsJsonAsync(result, ApiJson.Default.DetokenizeResult, cancellationToken: context.RequestAborted);
    }
}
