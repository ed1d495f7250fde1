using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Requests;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Text;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Completions;

/// <summary><c>POST /v1/completions</c></summary>
internal sealed class CompletionEndpoint(
    IInferenceService service, ModelText modelText, AnswerWriter answers, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        ServedModel model = service.Model;
        CompletionRequest request = await ReadAsync(context);
        RequestResolver.CheckModel(request.Model, model, Caller.Of(context));
        ResumePoint? resume = answers.ResumeOf(context, request.Stream);
        AnswerId answer = resume?.Answer ?? AnswerId.New(time);
        string id = $"cmpl-{answer}";
        Caller caller = Caller.Of(context);
        PreparedPrompt[] prompts = [.. request.Prompts.Select((prompt, number) => Prepare(request, model, prompt, $"{id}-{number}", caller, isFirst: number == 0))];
        resume?.Check(prompts);
        RequestAudit.Of(context)?.SetGeneration(model, request.User, id, prompts.Sum(static prompt => (long)prompt.Request.Prompt.Length));
        PreparedRequest prepared = new(answer, request.Stream, request.IncludeUsage, prompts, resume);
        await answers.WriteAsync(context, prepared, new CompletionFormat(id, answer.Created, model, modelText.Tokenizer, request));
    }

    private PreparedPrompt Prepare(CompletionRequest request, ServedModel model, PromptInput prompt, string id, Caller caller, bool isFirst)
    {
        int[] tokens = prompt.Tokens ?? modelText.Tokenizer.Encode(prompt.Text!, request.AddSpecialTokens ?? true);
        foreach (int token in prompt.Tokens ?? [])
        {
            if (token >= model.VocabularySize)
                throw new InferenceException(ErrorCode.InvalidRequest, $"'prompt' has the token id {token}, but ids must be below {model.VocabularySize}.", "prompt");
        }

        TextStreamOptions text = new()
        {
            StopStrings = request.StopStrings,
            IncludeStopString = request.IncludeStopString,
            SkipSpecialTokens = request.SkipSpecialTokens,
            MinTokens = request.MinTokens,
        };
        GenerationRequest resolved = RequestResolver.Resolve(request, model, tokens, "prompt", id, caller);
        return new PreparedPrompt(resolved with { Account = isFirst ? resolved.Account : resolved.Account! with { Requests = 0 }, PromptLogProbs = request.Echo && request.LogProbs is not null }, modelText.Tokenizer, text)
        {
            Echo = request.Echo ? prompt.Text ?? modelText.Tokenizer.Decode(tokens, request.SkipSpecialTokens) : null,
            EchoOnly = request.EchoOnly,
        };
    }

    private async ValueTask<CompletionRequest> ReadAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value);
        return CompletionFieldTable.Read(body.Root, options.Value);
    }
}
