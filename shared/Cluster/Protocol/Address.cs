namespace OrleansInference.Cluster.Protocol;

/// <summary>Kind of the receiver that an <see cref="Address"/> names.</summary>
public enum AddressKind : byte
{
    /// <summary>Router of a pipeline: the activation that the directory knows.</summary>
    Router,

    /// <summary>Stage of a device.</summary>
    Device,

    /// <summary>A session, wherever it is active.</summary>
    Session,

    /// <summary>A gateway.</summary>
    Gateway,

    /// <summary>Durable store of the plans in force.</summary>
    PlanStore,
}

/// <summary>Destination of a message. The transport finds the node behind it.</summary>
/// <param name="Kind">Kind of the receiver.</param>
/// <param name="Number">Number that the cluster gave the receiver.</param>
public readonly record struct Address(AddressKind Kind, int Number)
{
    public static Address Router(int pipeline) => new(AddressKind.Router, pipeline);

    /// <summary>Address of the router of the pipeline that an activation routes.</summary>
    public static Address Activation(int router) => Router(RouterNumbers.PipelineOf(router));

    public static Address PlanStore => new(AddressKind.PlanStore, 0);

    public static Address Device(int number) => new(AddressKind.Device, number);

    public static Address Session(int number) => new(AddressKind.Session, number);

    public static Address Gateway(int number) => new(AddressKind.Gateway, number);

    public override string ToString() => $"{Kind}{Number}";
}
