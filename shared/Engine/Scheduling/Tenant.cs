using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>One tenant's account and its waiting sequences.</summary>
/// <param name="name">Name of the tenant.</param>
/// <param name="defaultWeight">Weight of a tenant whose record has none.</param>
public sealed class Tenant(string name, double defaultWeight)
{
    private static readonly Comparer<Sequence> QueueOrder = Comparer<Sequence>.Create(static (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.Request.Order != b.Request.Order ? a.Request.Order.CompareTo(b.Request.Order)
        : a.Choice.CompareTo(b.Choice));

    private readonly List<Sequence> _waiting = [];

    public string Name => name;

    public double Weight => Policy.Weight ?? defaultWeight;

    /// <summary>The latest terms of its requests.</summary>
    internal TenantPolicy Policy { get; private set; } = TenantPolicy.None;

    /// <summary>Weighted tokens served, divided by the weight. The tenant with the lowest value is served first.</summary>
    public double Served { get; set; }

    /// <summary>Number of requests that have not ended.</summary>
    public int Requests { get; set; }

    /// <summary>Timestamp of the end of its last request, while it has no open one.</summary>
    internal long IdleSince { get; set; }

    /// <summary>Number of sequences that take part in steps.</summary>
    public int Running { get; set; }

    /// <summary>Maximum rows of the tenant in a step; see <see cref="BatchShares"/>.</summary>
    public double Rows { get; set; }

    /// <summary>Demand of its running sequences for the next step; without a request, the demand of its last one.</summary>
    internal TenantDemand Demand { get; set; }

    /// <summary>Number of its rows in the step that is being formed.</summary>
    public int Taken { get; set; }

    /// <summary>Maximum seconds of its prompts in the step that is being formed; see <see cref="PromptShares"/>.</summary>
    internal double PromptSeconds { get; set; }

    /// <summary>Waiting sequences, highest priority first, then in the order of arrival.</summary>
    public IReadOnlyList<Sequence> Waiting => _waiting;

    /// <summary>Applies the terms of a new request, unless those of a later change are known.</summary>
    internal void Apply(TenantPolicy policy) => Policy = policy.Change >= Policy.Change ? policy : Policy;

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
