using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol;

/// <summary>What of a session is durable.</summary>
/// <param name="Request">Prompt, sampling parameters and seed: durable before the first step.</param>
/// <param name="Choices">The token logs of the choices and of a prompt that is measured, as far as it was written: what is missing is generated again, the same to the bit.</param>
/// <param name="Cancelled">Whether the client went away.</param>
internal sealed record SessionRecord(GenerationRequest Request, ChoiceLog[] Choices, bool Cancelled)
{
    /// <summary>What ended it, if anything did before its end.</summary>
    public InferenceException? Error { get; init; }

    /// <summary>Prompt tokens that were found in the prefix cache; −1 when not known yet.</summary>
    public int CachedPromptTokens { get; init; } = -1;

    /// <summary>The pipeline that generates it; −1 when not known.</summary>
    public int Pipeline { get; init; } = -1;

    /// <summary>Whether nobody asked for it for so long that it was left off.</summary>
    public bool Abandoned { get; init; }

    /// <summary>Where each log here begins: what is before is stored already. Empty: all begin with their first token.</summary>
    public int[] From { get; init => field = Array.TrueForAll(value, static first => first == 0) ? [] : value; } = [];

    /// <summary>Whether nothing of the session is stored yet, prompt and sampling neither.</summary>
    public bool Begins { get; init; }

    /// <summary>Whether nothing is left to be generated, unless somebody asks.</summary>
    public bool Ended => Cancelled || Abandoned || Finished;

    /// <summary>Whether it goes on when somebody asks for it again.</summary>
    public bool IsAbandoned => Abandoned && !Cancelled && !Finished;

    private bool Finished => Array.TrueForAll(Choices, static choice => choice.Finish != FinishReason.None);

    /// <summary>Where a log begins here.</summary>
    public int Start(int log) => From.Length == 0 ? 0 : From[log];

    /// <summary>Tokens of all logs up to here, those that are stored already too.</summary>
    public long Count() => Choices.Select((choice, log) => (long)Start(log) + choice.Tokens.Length).Sum();

    /// <summary>This version with the tokens of the one before it that it leaves out, as far as the two meet.</summary>
    public SessionRecord After(SessionRecord? before)
    {
        if (before is null)
        {
            return this;
        }

        int[] from = [.. Choices.Select((_, log) => Start(log))];
        ChoiceLog[] choices = [.. Choices];
        for (int log = 0; log < choices.Length; log++)
        {
            int first = before.Start(log);
            ChoiceLog earlier = before.Choices[log];
            if (first < from[log] && from[log] <= first + earlier.Tokens.Length)
            {
                choices[log] = ChoiceLog.Join(earlier.Take(from[log] - first), choices[log]);
                from[log] = first;
            }
        }

        return this with { Choices = choices, From = from, Begins = Begins || before.Begins };
    }
}
