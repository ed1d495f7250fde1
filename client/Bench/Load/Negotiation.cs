namespace OrleansInference.Bench.Load;

/// <summary>
/// Determines with short requests what a server accepts: token ids of which range, otherwise text; completions, otherwise chat; and which fields it refuses. It
/// reports each field that it omits.
/// </summary>
internal sealed class Negotiation(ILoadTarget target, LoadSettings settings, string model, Random random, LoadClock clock, Action<string> say)
{
    private const int TrialTokens = 2;

    private RequestShape _shape = new() { Model = model, Chat = settings.Chat, Temperature = settings.Temperature };
    private Failure? _last;

    /// <exception cref="InferenceException">The server accepts no form of the request; the message is its answer to the last one.</exception>
    public async Task<(RequestShape Shape, IPromptSource Prompts)> AgreeAsync(CancellationToken cancellationToken)
    {
        IPromptSource? prompts = await TryAllAsync(cancellationToken);
        if (prompts is null && _shape.IgnoreEos)
        {
            // Some servers refuse a field without naming it.
            _shape = _shape with { IgnoreEos = false, Chat = settings.Chat };
            prompts = await TryAllAsync(cancellationToken);
            if (prompts is not null)
            {
                SayIgnoreEos();
            }
        }

        if (prompts is null)
        {
            InferenceException.Throw(ErrorCode.InvalidRequest, $"{settings.Url} refused the request, {_last!.Kind}: {_last.Message}");
        }

        return (_shape, prompts);
    }

    private async Task<IPromptSource?> TryAllAsync(CancellationToken cancellationToken)
    {
        if (!_shape.Chat)
        {
            foreach (int bound in TokenPrompts.Bounds)
            {
                TokenPrompts tokens = new(settings.PromptTokens, bound);
                Answer answer = await TryAsync(() => tokens.Trial(random), cancellationToken);
                if (answer.Failure is null)
                {
                    // Some servers add a token of their own before the prompt.
                    int added = (answer.Usage?.PromptTokens ?? settings.PromptTokens) - settings.PromptTokens;
                    return added > 0 && added < settings.PromptTokens ? new TokenPrompts(settings.PromptTokens - added, bound) : tokens;
                }

                if (Refusal.OfEndpoint(answer.Failure))
                {
                    _shape = _shape with { Chat = true };
                    break;
                }
            }
        }

        TextPrompts text = TextPrompts.Draw(settings.PromptTokens, random);
        Answer first = await TryAsync(() => text.Next(random), cancellationToken);
        if (first.Failure is { } failure && Refusal.OfEndpoint(failure) && !_shape.Chat)
        {
            _shape = _shape with { Chat = true };
            first = await TryAsync(() => text.Next(random), cancellationToken);
        }

        if (first.Failure is not null)
        {
            return null;
        }

        say($"Prompts are text, sent to {_shape.Path}: the server accepts no token ids there.");
        return await new TextCalibration(prompt => TryAsync(() => prompt, cancellationToken), settings.PromptTokens, random, say).FitAsync(text, first.Usage);
    }

    /// <summary>Sends a request, and repeats it without a field that the server names in its refusal.</summary>
    private async Task<Answer> TryAsync(Func<JsonNode> prompt, CancellationToken cancellationToken)
    {
        while (true)
        {
            int generate = Math.Min(settings.GenerateTokens, TrialTokens);
            Answer answer = await target.AskAsync(_shape, prompt().DeepClone(), generate, tenant: 0, clock.Now, cancellationToken);
            if (answer.Failure is not { } failure)
            {
                return answer;
            }

            _last = failure;
            if (!Refusal.OfFields(failure) && !Refusal.OfEndpoint(failure))
            {
                InferenceException.Throw(ErrorCode.Unavailable, $"{settings.Url} does not answer, {failure.Kind}: {failure.Message}");
            }

            if (Refusal.OfFields(failure) && _shape.IgnoreEos && Refusal.Names(failure, "ignore_eos"))
            {
                _shape = _shape with { IgnoreEos = false };
                SayIgnoreEos();
            }
            else if (Refusal.OfFields(failure) && _shape.IncludeUsage && (Refusal.Names(failure, "stream_options") || Refusal.Names(failure, "include_usage")))
            {
                _shape = _shape with { IncludeUsage = false };
                say("The server refuses stream_options: each chunk counts as a token, and cached tokens are unknown.");
            }
            else
            {
                return answer;
            }
        }
    }

    private void SayIgnoreEos() => say("The server refuses ignore_eos: answers may end early.");
}
