using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Failures;

public sealed class JudgedMembershipTableTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TableVersion Next = new(2, "2");

    private readonly ManualTime _time = new();
    private readonly SiloAddress[] _silos = [.. Enumerable.Range(1, 3).Select(static port => SiloAddress.New(IPAddress.Loopback, port, 1))];
    private readonly MembershipJudge _judge;
    private readonly FakeTable _table;
    private readonly JudgedMembershipTable _judged;
    private int _signs;

    public JudgedMembershipTableTests()
    {
        _judge = new MembershipJudge(_time);
        _table = new FakeTable(new MembershipTableData([.. _silos.Select(static silo => Tuple.Create(Entry(silo, SiloStatus.Active), "1"))], new TableVersion(1, "1")));
        _judged = new JudgedMembershipTable(_table, _judge, new FakeDetails(_silos[0]), NullLogger<JudgedMembershipTable>.Instance);
        Go(2);
    }

    [Fact]
    public async Task A_vote_that_could_not_be_written_is_not_written_when_the_database_is_back()
    {
        await _judged.ReadAllAsync();
        _table.IsAway = true;
        MembershipTableData read = await _judged.ReadAllAsync();
        Assert.Equal(3, read.Members.Count);
        Assert.False(await JudgeAsync(SiloStatus.Active));
        _table.IsAway = false;
        Assert.False(await JudgeAsync(SiloStatus.Active));
        Go(1);
        Assert.False(await JudgeAsync(SiloStatus.Dead, _silos[2]));
        Assert.Empty(_table.Written);

        // Who still has reason to asks again.
        Go(4);
        Assert.True(await JudgeAsync(SiloStatus.Dead, _silos[2]));
        Assert.Equal(SiloStatus.Dead, Assert.Single(_table.Written).Status);
    }

    [Fact]
    public async Task A_death_without_enough_votes_is_written_as_a_vote()
    {
        await _judged.ReadAllAsync();
        Assert.False(await JudgeAsync(SiloStatus.Dead));
        Assert.Equal(SiloStatus.Active, Assert.Single(_table.Written).Status);
    }

    [Fact]
    public async Task A_silo_that_declares_a_death_again_and_again_has_one_vote()
    {
        await _judged.ReadAllAsync();

        // Orleans adds who declares a death to the voters, though it has just voted.
        Assert.False(await JudgeAsync(SiloStatus.Dead, _silos[0], _silos[0]));
        Assert.Equal([_silos[0]], Assert.Single(_table.Written).SuspectTimes!.Select(static vote => vote.Item1));
    }

    [Fact]
    public async Task What_a_silo_writes_of_itself_is_written()
    {
        Assert.True(await _judged.UpdateRowAsync(Entry(_silos[0], SiloStatus.ShuttingDown), "1", Next));
        Assert.Single(_table.Written);
    }

    [Fact]
    public async Task The_first_read_fails_where_the_database_is_away()
    {
        _table.IsAway = true;
        await Assert.ThrowsAsync<TimeoutException>(() => _judged.ReadAllAsync());
    }

    private static MembershipEntry Entry(SiloAddress silo, SiloStatus status) => new() { SiloAddress = silo, Status = status, StartTime = Start, IAmAliveTime = Start };

    /// <summary>Judges the second silo.</summary>
    private Task<bool> JudgeAsync(SiloStatus status, params SiloAddress[] others)
    {
        MembershipEntry entry = Entry(_silos[1], status);
        foreach (SiloAddress voter in others.Append(_silos[0]))
        {
            entry.AddSuspector(voter, DateTime.UtcNow);
        }

        return _judged.UpdateRowAsync(entry, "1", Next);
    }

    /// <summary>Time passes in which all silos, which have been up for a while, give signs.</summary>
    private void Go(int seconds)
    {
        for (int half = 0; half < 2 * seconds; half++)
        {
            _time.Advance(MembershipJudge.SignInterval);
            DateTime sign = Start + TimeSpan.FromMinutes(1) + (++_signs * MembershipJudge.SignInterval);
            _judge.Observe([.. _silos.Select(silo => new MemberSign(silo.Endpoint, 1, true, Start, sign))]);
        }
    }
}
