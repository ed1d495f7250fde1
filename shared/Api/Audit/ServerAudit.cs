using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Masking;

namespace OrleansInference.Api.Audit;

/// <summary>Audit log of a server. A host that registers none writes no lines.</summary>
/// <param name="Log">The log; the host closes it after the server has ended.</param>
/// <param name="Mask">Mask of the contents that lines have for tenants that ask for them.</param>
public sealed record ServerAudit(AuditLog Log, PersonalDataMask Mask);
