using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Durable state of a session.</summary>
/// <param name="Request">Prompt, sampling parameters and seed: durable before the first step.</param>
/// <param name="Choices">Token logs of the choices and of a measured prompt, as far as they were written: missing tokens are generated again, bit for bit the same.</param>
/// <param name="Cancelled">Whether the client cancelled.</param>
public sealed record SessionRecord(GenerationRequest Request, ChoiceLog[] Choices, bool Cancelled)
{
    /// <summary>Error that ended the session early; null if none did.</summary>
    public InferenceException? Error { get; init; }

    /// <summary>Prompt tokens found in the prefix cache; −1 if not known yet.</summary>
    public int CachedPromptTokens { get; init; } = -1;

    /// <summary>Pipeline that generates the session; −1 if not known.</summary>
    public int Pipeline { get; init; } = -1;

    /// <summary>For each choice the number of tokens that the answer used, or −1 for all; empty if it used all. A choice whose text had a stop string may have more tokens.</summary>
    public int[] Used { get; init; } = [];

    /// <summary>Number of generated tokens that usage counts.</summary>
    public long CountedTokens => Choices.Take(Request.Choices).Select((choice, log) => (long)Start(log) + choice.Tokens.Length).Select((count, choice) => Used.Length == 0 || Used[choice] < 0 ? count : Math.Min(count, Used[choice])).Sum();

    /// <summary>Whether the session was abandoned because no client asked for it for too long.</summary>
    public bool Abandoned { get; init; }

    /// <summary>First index of each log in this record: earlier tokens are stored already. Empty: all logs start with their first token.</summary>
    public int[] From { get; init => field = Array.TrueForAll(value, static first => first == 0) ? [] : value; } = [];

    /// <summary>Whether nothing of the session is stored yet, not even prompt and sampling parameters.</summary>
    public bool Begins { get; init; }

    /// <summary>Whether nothing is left to generate, unless a client asks again.</summary>
    public bool Ended => Cancelled || Abandoned || Finished;

    /// <summary>Whether the session resumes when a client asks for it again.</summary>
    public bool IsAbandoned => Abandoned && !Cancelled && !Finished;

    private bool Finished => Array.TrueForAll(Choices, static choice => choice.Finish != FinishReason.None);

    /// <summary>First index of a log in this record.</summary>
    public int Start(int log) => From.Length == 0 ? 0 : From[log];

    /// <summary>Number of tokens of all logs, including those that are stored already.</summary>
    public long Count() => Choices.Select((choice, log) => (long)Start(log) + choice.Tokens.Length).Sum();

    /// <summary>Adds the previous version's tokens that this version omits, as far as the two versions are contiguous.</summary>
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
