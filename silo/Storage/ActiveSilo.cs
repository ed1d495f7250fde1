using System.Net;

namespace OrleansInference.Silo.Storage;

/// <summary>A silo that is said to be active.</summary>
/// <param name="Endpoint">Where others reach it.</param>
/// <param name="Generation">Tells it from those that were there before.</param>
/// <param name="SignOfLife">When it said last that it is alive, by its own clock.</param>
public sealed record ActiveSilo(IPEndPoint Endpoint, int Generation, DateTime SignOfLife);
