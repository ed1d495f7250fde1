namespace OrleansInference.Engine.Requests;

/// <summary>A snapshot of the service for health checks and metrics.</summary>
/// <param name="Ready">Whether requests can be served now.</param>
/// <param name="Reason">The reason if they cannot; otherwise null.</param>
/// <param name="Figures">Figures of the engine.</param>
public readonly record struct ServiceStatus(bool Ready, string? Reason, EngineFigures Figures);
