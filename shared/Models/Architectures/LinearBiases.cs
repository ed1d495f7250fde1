namespace OrleansInference.Models.Architectures;

/// <summary>Which linear layers of a decoder have a bias.</summary>
internal readonly record struct LinearBiases(bool QueryKeyValue, bool AttentionOutput, bool FeedForward);
