namespace OrleansInference.Grains.Access;

/// <summary>Result of a <see cref="ClusterHandshake"/>.</summary>
internal enum HandshakeResult
{
    /// <summary>Both ends know the key.</summary>
    Proved,

    /// <summary>The peer sent an invalid message, or did not accept this end's message.</summary>
    Refused,

    /// <summary>The connection or the time ended before the peer had sent a complete message.</summary>
    Ended,
}
