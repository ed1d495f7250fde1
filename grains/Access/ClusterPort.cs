namespace OrleansInference.Grains.Access;

/// <summary>Port of a connection of Orleans. A proof for one port is not valid at the other.</summary>
public enum ClusterPort : byte
{
    /// <summary>Port for other silos.</summary>
    Silo = (byte)'s',

    /// <summary>Gateway, the port for clients of Orleans.</summary>
    Gateway = (byte)'g',
}
