namespace OrleansInference.Cluster.Protocol;

/// <summary>What an <see cref="Address"/> names.</summary>
internal enum AddressKind : byte
{
    /// <summary>A pipeline's router: the activation that the directory knows.</summary>
    Router,

    /// <summary>A device: its stage.</summary>
    Device,

    /// <summary>A session, wherever it is active.</summary>
    Session,

    /// <summary>A gateway.</summary>
    Gateway,

    /// <summary>The durable place of the plans in force.</summary>
    PlanStore,
}

/// <summary>Where a message goes. The shell around a machine finds the node behind it.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Number">Which one, by the number that the cluster gave it.</param>
internal readonly record struct Address(AddressKind Kind, int Number)
{
    public static Address Router(int pipeline) => new(AddressKind.Router, pipeline);

    /// <summary>The router of the pipeline that an activation routes.</summary>
    public static Address Activation(int router) => Router(RouterNumbers.PipelineOf(router));

    public static Address PlanStore => new(AddressKind.PlanStore, 0);

    public static Address Device(int number) => new(AddressKind.Device, number);

    public static Address Session(int number) => new(AddressKind.Session, number);

    public static Address Gateway(int number) => new(AddressKind.Gateway, number);

    public override string ToString() => $"{Kind}{Number}";
}
