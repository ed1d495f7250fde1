namespace OrleansInference.Cli.Chat;

/// <summary>Turn of a conversation. Reasoning is shown but not sent back, because templates expect answers only.</summary>
public sealed record ChatMessage(string Role, string Content, string Reasoning = "");
