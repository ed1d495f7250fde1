using Orleans.Runtime;

namespace OrleansInference.ClusterTests.Failures;

/// <summary>A membership table that can be away, and notes what is written.</summary>
internal sealed class FakeTable(MembershipTableData data) : IMembershipTable
{
    public bool IsAway { get; set; }

    public List<MembershipEntry> Written { get; } = [];

    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken = default) => Answer(data);

    public Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default) => Answer(data);

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default) => Write(entry);

    public Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default) => Write(entry);

    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default) => Answer(true);

    Task IMembershipTable.InitializeMembershipTable(bool tryInitTableVersion) => throw new NotSupportedException();

    Task IMembershipTable.DeleteMembershipTableEntries(string clusterId) => throw new NotSupportedException();

    Task IMembershipTable.CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => throw new NotSupportedException();

    Task<MembershipTableData> IMembershipTable.ReadRow(SiloAddress key) => throw new NotSupportedException();

    Task<MembershipTableData> IMembershipTable.ReadAll() => throw new NotSupportedException();

    Task<bool> IMembershipTable.InsertRow(MembershipEntry entry, TableVersion tableVersion) => throw new NotSupportedException();

    Task<bool> IMembershipTable.UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => throw new NotSupportedException();

    Task IMembershipTable.UpdateIAmAlive(MembershipEntry entry) => throw new NotSupportedException();

    private Task<bool> Write(MembershipEntry entry)
    {
        if (!IsAway)
        {
            Written.Add(entry);
        }

        return Answer(true);
    }

    private Task<T> Answer<T>(T answer) => IsAway ? Task.FromException<T>(new TimeoutException("The table is away.")) : Task.FromResult(answer);
}
