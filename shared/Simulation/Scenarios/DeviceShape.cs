namespace OrleansInference.Simulation.Scenarios;

/// <summary>Size and speed of a simulated device.</summary>
/// <param name="Layers">Number of layers that it has room for.</param>
/// <param name="Speed">Speed relative to the slowest device.</param>
internal readonly record struct DeviceShape(int Layers, double Speed);
