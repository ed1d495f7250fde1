using OrleansInference.Engine.KvCache;

namespace OrleansInference.Engine.Scheduling;

/// <summary>One tenant's account and its waiting sequences.</summary>
public sealed class Tenant(string name, double weight, PageRoot root)
{
    private static readonly Comparer<Sequence> QueueOrder = Comparer<Sequence>.Create(static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice));

    private readonly List<Sequence> _waiting = [];

    public string Name => name;

    public double Weight => weight;

    /// <summary>The root of its chains of pages, which no other tenant has.</summary>
    public PageRoot Root => root;

    /// <summary>Weighted tokens served, divided by the weight: the tenant with the least is served first.</summary>
    public double Served { get; set; }

    /// <summary>Requests that have not ended.</summary>
    public int Requests { get; set; }

    /// <summary>Timestamp of the end of its last request, while it has none.</summary>
    internal long IdleSince { get; set; }

    /// <summary>Sequences that take part in steps.</summary>
    public int Running { get; set; }

    /// <summary>Rows that it may have in a step; see <see cref="BatchShares"/>.</summary>
    public double Rows { get; set; }

    /// <summary>Demand of its running sequences for the next step; while it has no request, the demand of its last one.</summary>
    internal TenantDemand Demand { get; set; }

    /// <summary>Rows that it has in the step that is being formed.</summary>
    public int Taken { get; set; }

    /// <summary>Time that its prompts may take in the step that is being formed; see <see cref="PromptShares"/>.</summary>
    internal double PromptSeconds { get; set; }

    /// <summary>Waiting sequences, highest priority first, then in the order of arrival.</summary>
    public IReadOnlyList<Sequence> Waiting => _waiting;

    public void Enqueue(Sequence sequence) => _waiting.Insert(~_waiting.BinarySearch(sequence, QueueOrder), sequence);

    public bool Dequeue(Sequence sequence)
    {
        int index = _waiting.BinarySearch(sequence, QueueOrder);
        if (index >= 0)
        {
            _waiting.RemoveAt(index);
        }

        return index >= 0;
    }
}
