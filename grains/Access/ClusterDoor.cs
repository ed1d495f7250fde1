namespace OrleansInference.Grains.Access;

/// <summary>Port that a connection of Orleans leads to. A proof for one port is not valid at the other.</summary>
public enum ClusterDoor : byte
{
    /// <summary>Port for other silos.</summary>
    Silo = (byte)'s',

    /// <summary>Gateway, the port for clients of Orleans.</summary>
    Gateway = (byte)'g',
}
