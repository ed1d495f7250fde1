using System.Net;

namespace OrleansInference.Silo.Storage;

/// <summary>A silo that joins or is active, found by its name.</summary>
/// <param name="Endpoint">Where others reach it.</param>
/// <param name="Generation">Tells it from those that were there before.</param>
/// <param name="Host">Name of its machine.</param>
/// <param name="Started">When it started, by its own clock.</param>
/// <param name="Sign">When it last wrote that it is alive, by its own clock.</param>
public sealed record NamedSilo(IPEndPoint Endpoint, int Generation, string Host, DateTime Started, DateTime Sign);
