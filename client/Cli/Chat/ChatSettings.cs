namespace OrleansInference.Cli.Chat;

/// <summary>How answers are sampled; null leaves a value to the server.</summary>
public sealed record ChatSettings(double? Temperature, int? MaxTokens, long? Seed);
