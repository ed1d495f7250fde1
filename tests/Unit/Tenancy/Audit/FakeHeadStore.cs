using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Unit.Tenancy.Audit;

/// <summary>Heads in memory. The store can be away, and can be silent.</summary>
internal sealed class FakeHeadStore : IAuditHeadStore
{
    private readonly Dictionary<string, AuditHead> _heads = [];

    public bool IsAway { get; set; }

    /// <summary>Completes when a silent store answers again; null while it answers.</summary>
    public TaskCompletionSource? Silence { get; set; }

    public int Saves { get; private set; }

    public AuditHead? Head(string node = "a") => _heads.GetValueOrDefault(node);

    public void Put(AuditHead head) => _heads[head.Node] = head;

    public Task<bool> SaveAsync(AuditHead head, CancellationToken cancellation) => AnswerAsync(() =>
    {
        if (_heads.TryGetValue(head.Node, out AuditHead? saved) && (saved.Sequence > head.Sequence || (saved.Sequence == head.Sequence && saved.Hash != head.Hash)))
        {
            return false;
        }

        Saves++;
        Put(head);
        return true;
    });

    public Task<AuditHead?> ReadAsync(string node, CancellationToken cancellation) => AnswerAsync(() => Head(node));

    public Task<IReadOnlyList<AuditHead>> ListAsync(CancellationToken cancellation) => AnswerAsync<IReadOnlyList<AuditHead>>(() => [.. _heads.Values]);

    private async Task<T> AnswerAsync<T>(Func<T> answer)
    {
        if (Silence is { } silence)
        {
            await silence.Task;
        }

        return IsAway ? throw new TenancyStoreException("away", new TimeoutException()) : answer();
    }
}
