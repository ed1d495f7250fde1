using System.Net;

namespace OrleansInference.Silo.Storage;

/// <summary>A silo as the membership table has it, unless it is dead.</summary>
/// <param name="Endpoint">Where others reach it.</param>
/// <param name="Generation">Tells it from those that were there before.</param>
/// <param name="IsActive">Whether it takes part; otherwise it joins or leaves.</param>
/// <param name="Started">When it started, by its own clock.</param>
/// <param name="Sign">When it last wrote that it is alive, by its own clock.</param>
internal sealed record MemberSign(IPEndPoint Endpoint, int Generation, bool IsActive, DateTime Started, DateTime Sign);
