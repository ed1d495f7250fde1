namespace OrleansInference.Cli.Chat;

/// <summary>Sampling settings of answers; null leaves a value to the server.</summary>
public sealed record ChatSettings(double? Temperature, int? MaxTokens, long? Seed);
