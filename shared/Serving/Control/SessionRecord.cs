namespace OrleansInference.Serving.Control;

/// <summary>What of a session is durable.</summary>
/// <param name="Request">Prompt, sampling parameters and seed: durable before the first step.</param>
/// <param name="Choices">The token log, as far as it was written: what is missing is generated again, the same to the bit.</param>
/// <param name="Cancelled">Whether the client went away.</param>
internal sealed record SessionRecord(GenerationRequest Request, ChoiceLog[] Choices, bool Cancelled)
{
    /// <summary>Whether nothing is left to be generated.</summary>
    public bool Ended => Cancelled || Array.TrueForAll(Choices, static choice => choice.Finish != FinishReason.None);
}

/// <summary>The durable place of sessions. Answers with <see cref="SessionMachine.Written"/>.</summary>
internal interface ISessionStore
{
    void Write(int session, long version, SessionRecord record);
}
