namespace OrleansInference.Grains.Access;

/// <summary>How a <see cref="ClusterHandshake"/> ended.</summary>
internal enum HandshakeResult
{
    /// <summary>Both ends know the key.</summary>
    Proved,

    /// <summary>The other end sent something else, or did not accept what this one sent.</summary>
    Refused,

    /// <summary>The connection or the time ended before the other end had said anything that counts.</summary>
    Ended,
}
