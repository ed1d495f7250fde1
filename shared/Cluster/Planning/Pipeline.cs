namespace OrleansInference.Cluster.Planning;

/// <summary>One replica of the model.</summary>
/// <param name="Stages">Stages in the order of their layers; together they cover all layers.</param>
public sealed record Pipeline(IReadOnlyList<PlannedStage> Stages);

/// <summary>A run of layers on one device.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="FirstLayer">The first layer.</param>
/// <param name="EndLayer">The layer after the last.</param>
public sealed record PlannedStage(string Device, int FirstLayer, int EndLayer);
