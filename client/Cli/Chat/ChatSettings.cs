namespace OrleansInference.Cli.Chat;

/// <summary>How answers are sampled; null leaves a value to the server.</summary>
internal sealed record ChatSettings(double? Temperature, int? MaxTokens, long? Seed);
