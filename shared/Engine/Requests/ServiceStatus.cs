namespace OrleansInference.Engine.Requests;

/// <summary>A snapshot of the service for health checks and metrics.</summary>
/// <param name="Ready">Whether requests can be served now.</param>
/// <param name="Reason">The cause if not.</param>
/// <param name="Figures">What the engine counts.</param>
public readonly record struct ServiceStatus(bool Ready, string? Reason, EngineFigures Figures);
