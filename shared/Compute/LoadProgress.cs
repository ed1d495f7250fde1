namespace OrleansInference.Compute;

/// <summary>Phase of loading.</summary>
public enum LoadPhase
{
    /// <summary>Bringing the checkpoint's weights into panels; happens once for each checkpoint and cache.</summary>
    Packing,

    /// <summary>Reading packed weights from the cache and checking them.</summary>
    Verifying,
}

/// <summary>Progress of loading a model.</summary>
/// <param name="Phase">The current phase.</param>
/// <param name="DoneBytes">Bytes of packed weights so far.</param>
/// <param name="TotalBytes">Bytes of packed weights in all.</param>
public readonly record struct LoadProgress(LoadPhase Phase, long DoneBytes, long TotalBytes);
