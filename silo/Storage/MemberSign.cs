using System.Net;

namespace OrleansInference.Silo.Storage;

/// <summary>Silo in the membership table that is not dead.</summary>
/// <param name="Endpoint">Endpoint at which others reach it.</param>
/// <param name="Generation">Distinguishes it from earlier silos at the endpoint.</param>
/// <param name="IsActive">Whether it takes part; otherwise it joins or leaves.</param>
/// <param name="Started">Start time, by its own clock.</param>
/// <param name="Sign">Time of its last sign of life, by its own clock.</param>
public sealed record MemberSign(IPEndPoint Endpoint, int Generation, bool IsActive, DateTime Started, DateTime Sign);
