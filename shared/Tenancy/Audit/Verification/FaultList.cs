namespace OrleansInference.Tenancy.Audit.Verification;

/// <summary>Faults of a verification, of which the first are kept.</summary>
internal sealed class FaultList(int max)
{
    private readonly List<AuditFault> _faults = [];
    private long _more;

    public void Add(AuditFault fault)
    {
        if (_faults.Count < max)
        {
            _faults.Add(fault);
        }
        else
        {
            _more++;
        }
    }

    public IReadOnlyList<AuditFault> ToList() =>
        _more == 0 ? _faults : [.. _faults, new AuditFault(string.Empty, 0, null, AuditFaultKind.More, FormattableString.Invariant($"{_more} further faults are not listed"))];
}
