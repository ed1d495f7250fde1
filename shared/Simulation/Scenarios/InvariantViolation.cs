namespace OrleansInference.Simulation.Scenarios;

/// <summary>Violation of an invariant.</summary>
internal sealed class InvariantViolation(string message) : Exception(message);
