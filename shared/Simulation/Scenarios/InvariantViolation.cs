namespace OrleansInference.Simulation.Scenarios;

/// <summary>Something happened that must not.</summary>
internal sealed class InvariantViolation(string message) : Exception(message);
