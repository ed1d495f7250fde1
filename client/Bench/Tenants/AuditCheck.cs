using OrleansInference.Settings;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Bench.Tenants;

/// <summary>Verifies the audit logs that the nodes of a run wrote into their data folders.</summary>
internal static class AuditCheck
{
    /// <summary>Adds the result to a report. The heads prove that no line is missing at the end. The nodes have ended, so that no line is being written.</summary>
    /// <param name="report">Report of the run.</param>
    /// <param name="data">Folder of the nodes' data.</param>
    public static TenantsReport Complete(TenantsReport report, string data)
    {
        AuditReport[] audits = [.. Directory.EnumerateDirectories(data, DataFolder.Audit, SearchOption.AllDirectories).Select(folder => AuditVerifier.Verify(folder, new AuditVerification { Heads = report.Heads }))];
        return audits.Length == 0 ? report : report with
        {
            AuditLines = audits.Sum(static audit => audit.Lines),
            AuditFaults = [.. audits.SelectMany(static audit => audit.Broken).Select(static fault => $"{fault.File}, line {fault.Line}: {fault.Reason}")],
        };
    }
}
