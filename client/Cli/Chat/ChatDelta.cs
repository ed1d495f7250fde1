namespace OrleansInference.Cli.Chat;

/// <summary>A piece of an answer as it streams.</summary>
public readonly record struct ChatDelta(string Reasoning, string Content, string? FinishReason);
