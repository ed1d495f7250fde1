using System.Data.Common;
using System.Net.Sockets;
using Orleans.Runtime;

namespace OrleansInference.Silo.Failures;

/// <summary>
/// Orleans' membership table with a filter: <see cref="MembershipJudge"/> decides about judgements on other silos. While the database is unavailable, reads return the last content and
/// judgements are dropped. Orleans would otherwise keep the judgements until the database is available again, when they are outdated, and would retry every operation at growing
/// intervals of up to a minute.
/// </summary>
internal sealed partial class JudgedMembershipTable(IMembershipTable table, MembershipJudge judge, ILocalSiloDetails self, ILogger<JudgedMembershipTable> logger) : IMembershipTable
{
    // Pause between reads that fail immediately: Orleans repeats some reads without a pause of its own.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(500);

    private volatile MembershipTableData? _last;

    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default) =>
        table.InitializeMembershipTableAsync(tryInitTableVersion, cancellationToken);

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken = default) =>
        table.DeleteMembershipTableEntriesAsync(clusterId, cancellationToken);

    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken = default) =>
        table.CleanupDefunctSiloEntriesAsync(beforeDate, cancellationToken);

    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken = default) => table.ReadRowAsync(key, cancellationToken);

    public async Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return _last = await InTimeAsync(table.ReadAllAsync, cancellationToken);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            judge.OnDatabaseUnavailable();
            if (_last is not { } last)
            {
                throw;
            }

            await Task.Delay(BetweenReads, cancellationToken);
            return last;
        }
    }

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        table.InsertRowAsync(entry, tableVersion, cancellationToken);

    public async Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default)
    {
        if (entry.SiloAddress.Equals(self.SiloAddress))
        {
            return await table.UpdateRowAsync(entry, etag, tableVersion, cancellationToken);
        }

        bool isDeath = entry.Status == SiloStatus.Dead;
        switch (judge.Judge(entry.SiloAddress.Endpoint, entry.SiloAddress.Generation, VotesAgainst(entry), isDeath))
        {
            case Verdict.Dead:
                bool isDeclared = await TryUpdateAsync(entry, etag, tableVersion, cancellationToken);
                if (isDeclared)
                {
                    Declares(entry.SiloAddress);
                }

                return isDeclared;

            case Verdict.Vote when !isDeath:
                return await TryUpdateAsync(entry, etag, tableVersion, cancellationToken);

            case Verdict.Vote when _last?.TryGet(entry.SiloAddress)?.Item1.Status is { } status and not SiloStatus.Dead:
                // The update does not declare the silo dead, whether the vote was written or not.
                _ = await TryUpdateAsync(AsVote(entry, status), etag, tableVersion, cancellationToken);
                return false;

            default:
                Drops(entry.SiloAddress);
                return false;
        }
    }

    public async Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default)
    {
        try
        {
            await InTimeAsync(
                async token =>
                {
                    await table.UpdateIAmAliveAsync(entry, token);
                    return true;
                },
                cancellationToken);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            // SignsOfLife writes the sign as soon as the database is available again.
            judge.OnDatabaseUnavailable();
        }
    }

    Task IMembershipTable.InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion);

    Task IMembershipTable.DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId);

    Task IMembershipTable.CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate);

    Task<MembershipTableData> IMembershipTable.ReadRow(SiloAddress key) => ReadRowAsync(key);

    Task<MembershipTableData> IMembershipTable.ReadAll() => ReadAllAsync();

    Task<bool> IMembershipTable.InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion);

    Task<bool> IMembershipTable.UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion);

    Task IMembershipTable.UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry);

    /// <summary>Attempts an update once: the judging silo repeats its judgement.</summary>
    private async Task<bool> TryUpdateAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken)
    {
        try
        {
            return await InTimeAsync(token => table.UpdateRowAsync(entry, etag, tableVersion, token), cancellationToken);
        }
        catch (Exception error) when (IsUnavailable(error))
        {
            judge.OnDatabaseUnavailable();
            return false;
        }
    }

    private static async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(MembershipJudge.DatabaseTimeout);
        Task<T> working = work(limit.Token);
        try
        {
            // A connection that is being opened or is broken may ignore the token.
            return await working.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException timeout) when (!cancellationToken.IsCancellationRequested)
        {
            working.Ignore();
            throw new TimeoutException("The database does not answer.", timeout);
        }
    }

    private int VotesAgainst(MembershipEntry entry)
    {
        DateTime since = DateTime.UtcNow - MembershipJudge.VoteValidity;
        return (entry.SuspectTimes ?? []).Where(vote => vote.Item2 > since).Select(static vote => vote.Item1).Append(self.SiloAddress).Distinct().Count();
    }

    /// <summary>
    /// Reduces a declaration of death to a vote. Orleans adds the declaring silo to the voters a second time, and counts entries instead of silos. With both entries, the next judging
    /// silo would find enough votes against a silo that is not dead, treat that as a defect and end its own process.
    /// </summary>
    private static MembershipEntry AsVote(MembershipEntry entry, SiloStatus status) => new()
    {
        SiloAddress = entry.SiloAddress,
        Status = status,
        SuspectTimes = [.. (entry.SuspectTimes ?? []).GroupBy(static vote => vote.Item1, static (_, votes) => votes.MaxBy(static vote => vote.Item2)!)],
        ProxyPort = entry.ProxyPort,
        HostName = entry.HostName,
        SiloName = entry.SiloName,
        RoleName = entry.RoleName,
        UpdateZone = entry.UpdateZone,
        FaultZone = entry.FaultZone,
        StartTime = entry.StartTime,
        IAmAliveTime = entry.IAmAliveTime,
    };

    private static bool IsUnavailable(Exception error) => error is DbException or TimeoutException or IOException or SocketException;

    [LoggerMessage(LogLevel.Information, "Silo {Silo} was declared dead.")]
    private partial void Declares(SiloAddress silo);

    [LoggerMessage(LogLevel.Debug, "A judgement on silo {Silo} was dropped.")]
    private partial void Drops(SiloAddress silo);
}
