using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Generation;
using OrleansInference.Api.Requests;
using OrleansInference.Engine.Requests;
using OrleansInference.Text;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Chat;

/// <summary><c>POST /v1/chat/completions</c></summary>
internal sealed class ChatEndpoint(
    IInferenceService service, ModelText modelText, AnswerWriter answers, ChatPrompt prompts, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        ServedModel model = service.Model;
        ChatRequest request = await ReadAsync(context);
        RequestResolver.CheckModel(request.Model, model, Caller.Of(context));
        ResumePoint? resume = answers.ResumeOf(context, request.Stream);
        AnswerId answer = resume?.Answer ?? AnswerId.New(time);
        string id = $"chatcmpl-{answer}";
        PreparedRequest prepared = new(answer, request.Stream, request.IncludeUsage, [Prepare(request, model, id, Caller.Of(context))], resume);
        resume?.Check(prepared.Prompts);
        RequestAudit.Of(context)?.SetGeneration(model, request.User, id, prepared.Prompts[0].Request.Prompt.Length);
        await answers.WriteAsync(context, prepared, new ChatFormat(id, answer.Created, model, modelText.Tokenizer, request));
    }

    private PreparedPrompt Prepare(ChatRequest request, ServedModel model, string id, Caller caller)
    {
        string text = prompts.Render(request);
        int[] tokens = modelText.Tokenizer.Encode(text, request.AddSpecialTokens ?? false);
        TextStreamOptions textOptions = new()
        {
            StopStrings = request.StopStrings,
            IncludeStopString = request.IncludeStopString,
            SkipSpecialTokens = request.SkipSpecialTokens,
            MinTokens = request.MinTokens,
            ParseReasoning = modelText.Reasons,
            StartsInReasoning = prompts.StartsInReasoning(request, text),
        };
        return new PreparedPrompt(RequestResolver.Resolve(request, model, tokens, "messages", id, caller), modelText.Tokenizer, textOptions);
    }

    private async ValueTask<ChatRequest> ReadAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context, options.Value);
        return ChatFieldTable.Read(body.Root, options.Value);
    }
}
