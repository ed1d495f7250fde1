namespace OrleansInference.Api.Access;

/// <summary>When requests need a key.</summary>
public enum KeyRule
{
    /// <summary>If a key exists, or other machines can reach the server.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>If a key exists.</summary>
    Off,
}
