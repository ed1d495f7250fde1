using System.Net;

namespace OrleansInference.Silo.Storage;

/// <summary>Silo that the membership table lists as active.</summary>
/// <param name="Endpoint">Endpoint at which others reach it.</param>
/// <param name="Generation">Distinguishes it from earlier silos at the endpoint.</param>
/// <param name="SignOfLife">Time of its last sign of life, by its own clock.</param>
public sealed record ActiveSilo(IPEndPoint Endpoint, int Generation, DateTime SignOfLife);
