namespace OrleansInference.Cli.Chat;

/// <summary>Part of a streamed answer.</summary>
public readonly record struct ChatDelta(string Reasoning, string Content, string? FinishReason);
