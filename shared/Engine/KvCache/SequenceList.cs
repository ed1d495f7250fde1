namespace OrleansInference.Engine.KvCache;

/// <summary>An intrusive linked list of sequences, oldest first.</summary>
internal sealed class SequenceList
{
    private SequencePages? _last;

    public SequencePages? First { get; private set; }

    public void AddLast(SequencePages sequence)
    {
        sequence.Previous = _last;
        sequence.Next = null;
        if (_last is null)
            First = sequence;
        else
            _last.Next = sequence;
        _last = sequence;
    }

    public void Remove(SequencePages sequence)
    {
        if (sequence.Previous is null)
            First = sequence.Next;
        else
            sequence.Previous.Next = sequence.Next;
        if (sequence.Next is null)
            _last = sequence.Previous;
        else
            sequence.Next.Previous = sequence.Previous;
        sequence.Next = sequence.Previous = null;
    }
}
