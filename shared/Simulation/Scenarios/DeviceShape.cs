namespace OrleansInference.Simulation.Scenarios;

/// <summary>What a simulated device is like.</summary>
/// <param name="Layers">Layers that it has room for.</param>
/// <param name="Speed">How many times faster than the slowest it computes.</param>
internal readonly record struct DeviceShape(int Layers, double Speed);
