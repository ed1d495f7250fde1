using System.Net;

namespace OrleansInference.Silo.Storage;

/// <summary>Silo that joins or is active, found by its name.</summary>
/// <param name="Endpoint">Endpoint at which others reach it.</param>
/// <param name="Generation">Distinguishes it from earlier silos at the endpoint.</param>
/// <param name="Host">Name of its machine.</param>
/// <param name="Started">Start time, by its own clock.</param>
/// <param name="Sign">Time of its last sign of life, by its own clock.</param>
public sealed record NamedSilo(IPEndPoint Endpoint, int Generation, string Host, DateTime Started, DateTime Sign);
