namespace OrleansInference.Grains.Links;

/// <summary>State of a connection to another node.</summary>
public enum LinkState
{
    Connecting,
    Open,

    /// <summary>Permanently broken; another connection replaces it.</summary>
    Broken,
}
