namespace OrleansInference.Grains.Links;

/// <summary>How far a connection to another node is.</summary>
public enum LinkState
{
    Connecting,
    Open,

    /// <summary>For good: another one takes its place.</summary>
    Broken,
}
