namespace OrleansInference.Bench.Load;

/// <summary>Adds and removes words until the server counts the requested tokens, including the template's.</summary>
internal sealed class TextCalibration(Func<JsonNode, Task<Answer>> ask, int tokens, Random random, Action<string> say)
{
    private const int MaxRequests = 16;

    /// <param name="prompts">First estimate.</param>
    /// <param name="usage">Count of the server for it.</param>
    /// <returns>Prompts of the requested length, or of the nearest length found, which is then reported.</returns>
    public async Task<TextPrompts> FitAsync(TextPrompts prompts, TokenUsage? usage)
    {
        if (usage is null)
        {
            say($"The server does not count tokens: each prompt has {prompts.Words} words.");
            return prompts;
        }

        (TextPrompts Prompts, int Tokens) best = (prompts, usage.PromptTokens);
        int counted = usage.PromptTokens;
        for (int request = 1; request < MaxRequests && best.Tokens != tokens; request++)
        {
            prompts = prompts.Grow(Words(counted, prompts.Words), random);
            Answer answer = await ask(prompts.Next(random));
            if (answer.Usage is null)
            {
                break;
            }

            counted = answer.Usage.PromptTokens;
            if (Math.Abs(counted - tokens) < Math.Abs(best.Tokens - tokens))
            {
                best = (prompts, counted);
            }
        }

        if (best.Tokens != tokens)
        {
            say($"Prompts have {best.Tokens} tokens instead of {tokens}: this is the nearest length that words allow.");
        }

        return best.Prompts;
    }

    private int Words(int counted, int words)
    {
        double tokensPerWord = Math.Max((double)counted / Math.Max(words, 1), 1);
        int change = (int)((tokens - counted) / tokensPerWord);
        return change != 0 ? change : Math.Sign(tokens - counted);
    }
}
