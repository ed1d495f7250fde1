using OrleansInference.Models;

namespace OrleansInference.Serving.Control;

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

    /// <summary>Whether nobody asked for it for so long that it was left off.</summary>
    public bool Left { get; init; }

    /// <summary>Whether nothing is left to be generated, unless somebody asks.</summary>
    public bool Ended => Cancelled || Left || Array.TrueForAll(Choices, static choice => choice.Finish != FinishReason.None);
}

/// <summary>The durable place of sessions. Answers with <see cref="SessionMachine.Written"/>.</summary>
internal interface ISessionStore
{
    void Write(int session, long version, SessionRecord record);
}
