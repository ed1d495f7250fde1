namespace OrleansInference.Cli.Chat;

/// <summary>A turn of a conversation. Reasoning is shown, but not sent back: the template wants answers only.</summary>
public sealed record ChatMessage(string Role, string Content, string Reasoning = "");
