using System.Text;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Verification;

/// <summary>Verifies the lines of one node in the order in which they are read. A damaged line is one fault: the next one is compared with what it must have been.</summary>
internal sealed class ChainVerifier
{
    private readonly FaultList _faults;
    private readonly byte[] _node;
    private readonly Dictionary<long, AuditHead> _heads;
    private readonly MissingLines _missing = new();
    private readonly byte[] _computed = new byte[AuditLine.HashLength]; // of this line
    private readonly byte[] _lastStated = new byte[AuditLine.HashLength]; // hashes of the line before
    private readonly byte[] _lastComputed = new byte[AuditLine.HashLength];
    private bool _isLastKnown; // whether the line before has a hash at all
    private bool _isBegun;

    /// <param name="node">Name of the node.</param>
    /// <param name="heads">Heads of the node.</param>
    /// <param name="faults">Receives the faults.</param>
    public ChainVerifier(string node, IEnumerable<AuditHead> heads, FaultList faults)
    {
        (Node, _node, _faults) = (node, Encoding.UTF8.GetBytes(node), faults);
        _heads = [];
        foreach (AuditHead head in heads)
        {
            _heads[head.Sequence] = head;
        }
    }

    public string Node { get; }

    /// <summary>Lines that were read.</summary>
    public long Lines { get; private set; }

    /// <summary>Sequence of the first line; 0 before it is read.</summary>
    public long First { get; private set; }

    /// <summary>Highest sequence until now.</summary>
    public long Last { get; private set; }

    /// <summary>Signed start; null if there is none.</summary>
    public AuditStart? Start { get; init; }

    /// <summary>Whether the chain may begin anywhere.</summary>
    public bool AcceptsLaterStart { get; init; }

    /// <summary>Begins behind a line that is not read.</summary>
    public void BeginAfter(ChainPoint point)
    {
        (Last, _isBegun, _isLastKnown) = (point.Sequence, true, true);
        Encoding.ASCII.GetBytes(point.Hash, _lastStated);
        _lastStated.CopyTo(_lastComputed, 0);
    }

    /// <summary>Verifies a line.</summary>
    /// <param name="file">Name of its file.</param>
    /// <param name="number">Number of the line in the file.</param>
    /// <param name="line">The line without its line feed.</param>
    /// <param name="isWhole">Whether it has a line feed.</param>
    public void Read(string file, long number, Span<byte> line, bool isWhole)
    {
        Lines++;
        if (!isWhole || !AuditLine.TryReadChain(line, out long sequence, out ReadOnlySpan<byte> previous, out ReadOnlySpan<byte> stated))
        {
            Add(AuditFaultKind.Unreadable, _isBegun ? Last + 1 : null, isWhole ? "the line is not one of the audit log" : "the line is incomplete: its end was cut off, or is being written");
            if (isWhole)
            {
                _isLastKnown = false;
                Last++;
                (First, _isBegun) = (_isBegun ? First : Last, true);
            }

            return;
        }

        AuditLine.ComputeHash(line, _computed);
        bool isChanged = !stated.SequenceEqual(_computed);
        if (isChanged)
        {
            Add(AuditFaultKind.Changed, sequence, "the line was changed: its hash is not the one that it states");
            sequence = _isBegun ? Last + 1 : AcceptsLaterStart ? sequence : (Start?.Sequence ?? 0) + 1; // what it states may be wrong
        }
        else if (!AuditLine.NodeOf(line).SequenceEqual(_node))
        {
            Add(AuditFaultKind.Unchained, sequence, $"the line is one of node '{Encoding.UTF8.GetString(AuditLine.NodeOf(line))}'; expected '{Node}'");
        }

        if (!_isBegun)
        {
            Begin(sequence, previous, isChanged);
        }
        else if (sequence <= Last)
        {
            AddBehind(sequence);
            return;
        }
        else if (sequence > Last + 1)
        {
            Add(AuditFaultKind.Missing, sequence, sequence == Last + 2 ? $"line {Last + 1} is missing before this line" : $"lines {Last + 1} to {sequence - 1} are missing before this line");
            _missing.Add(Last + 1, sequence - 1);
        }
        else if (!isChanged && _isLastKnown && !previous.SequenceEqual(_lastStated) && !previous.SequenceEqual(_lastComputed))
        {
            Add(AuditFaultKind.Unchained, sequence, "the line does not continue the line before it: its previous hash is another one");
        }

        stated.CopyTo(_lastStated);
        _computed.CopyTo(_lastComputed, 0);
        (First, Last, _isBegun, _isLastKnown) = (First == 0 ? sequence : First, sequence, true, true);
        CompareHead(sequence);
        CompareStart(sequence);

        void Add(AuditFaultKind kind, long? at, string reason) => _faults.Add(new AuditFault(file, number, at, kind, reason));

        void AddBehind(long at)
        {
            if (_missing.Remove(at))
            {
                Add(AuditFaultKind.Reordered, at, $"the line stands behind line {Last}");
            }
            else
            {
                Add(AuditFaultKind.Duplicated, at, $"a line with this sequence was there before; expected {Last + 1}");
            }
        }

        void CompareHead(long at)
        {
            if (_heads.Remove(at, out AuditHead? head) && !isChanged && !_computed.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(head.Hash)))
            {
                Add(AuditFaultKind.CutOff, at, "the line is not the one of the signed head: the end was cut off and replaced, or the chain was written anew");
            }
        }

        void CompareStart(long at)
        {
            if (Start?.Sequence == at && !isChanged && !_computed.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(Start.Hash)))
            {
                Add(AuditFaultKind.Unchained, at, "the line is not the one of the signed start");
            }
        }

        void Begin(long at, ReadOnlySpan<byte> before, bool changed)
        {
            string? fault = at switch
            {
                1 => before.IndexOfAnyExcept((byte)'0') < 0 ? null : "the first line has a previous hash; expected zeros",
                _ when AcceptsLaterStart => null,
                _ when Start is null => $"the lines before {at} are missing, and no signed start states that they were deleted on purpose",
                _ when at > Start.Sequence + 1 => $"lines {Start.Sequence + 1} to {at - 1} are missing; the signed start permits a beginning at line {Start.Sequence + 1} or before",
                _ when at == Start.Sequence + 1 && !before.SequenceEqual(Encoding.UTF8.GetBytes(Start.Hash)) => "the line does not continue the line of the signed start",
                _ => null,
            };
            if (fault is not null && !changed)
            {
                Add(at == 1 ? AuditFaultKind.Unchained : AuditFaultKind.Missing, at, fault);
            }
        }
    }

    /// <summary>Verifies that the chain reaches its heads.</summary>
    /// <param name="file">Name of the last file.</param>
    /// <param name="isEnd">Whether no file of the node follows.</param>
    public void End(string file, bool isEnd)
    {
        foreach (AuditHead head in _heads.Values.Where(head => isEnd && head.Sequence > Last).OrderBy(static head => head.Sequence))
        {
            _faults.Add(new AuditFault(file, 0, head.Sequence, AuditFaultKind.CutOff, _isBegun
                ? $"the end was cut off: the last line of node '{Node}' is {Last}, but a signed head proves line {head.Sequence}"
                : $"no line of node '{Node}' is there, but a signed head proves line {head.Sequence}"));
        }
    }
}
