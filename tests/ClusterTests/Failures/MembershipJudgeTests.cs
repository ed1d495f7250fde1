using System.Net;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Storage;

namespace OrleansInference.ClusterTests.Failures;

public sealed class MembershipJudgeTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly ManualTime _time = new();
    private readonly MembershipJudge _judge;
    private readonly Dictionary<int, (bool IsActive, DateTime Started, DateTime Sign)> _silos = [];

    public MembershipJudgeTests()
    {
        _judge = new MembershipJudge(_time);
        foreach (int silo in Enumerable.Range(1, 4))
        {
            // Up for a minute.
            _silos[silo] = (true, Start - TimeSpan.FromMinutes(1), Start);
        }

        _silos[4] = (false, Start, Start);
        Go(1);
    }

    [Fact]
    public void Votes_against_a_silo_that_stands_still_count_when_it_has_been_up_for_a_while()
    {
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1, isDeath: false));
        Assert.Equal(Verdict.Dead, Judge(2, votes: 2));
    }

    [Fact]
    public void One_vote_is_not_a_death_whatever_is_said_of_the_others_signs()
    {
        // Orleans counts those as absent that its own clock says have given none lately.
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
    }

    [Theory]
    [InlineData(4)] // joins
    [InlineData(5)] // has just joined
    public void A_silo_that_joins_may_stand_still_for_three_seconds(int silo)
    {
        _silos[5] = (true, Start, Start);
        Go(1);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Verdict.Dropped, Judge(silo, votes: 2));
            Go(1, but: silo);
        }

        Go(1);
        Assert.Equal(Verdict.Dropped, Judge(silo, votes: 2));
        Go(5, but: silo);
        Assert.Equal(Verdict.Dead, Judge(silo, votes: 2));
    }

    [Fact]
    public void A_silo_that_took_long_to_join_is_young_when_it_has()
    {
        Go(60);
        _silos[4] = _silos[4] with { IsActive = true };
        Go(1);
        Assert.Equal(Verdict.Dropped, Judge(4, votes: 2));
        Go(31);
        Assert.Equal(Verdict.Dead, Judge(4, votes: 2));
    }

    [Fact]
    public void A_silo_that_refuses_here_and_gives_signs_is_not_dead_by_that()
    {
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
        Go(2, but: 2);
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
        Go(2, but: 2);
        Assert.Equal(Verdict.Dead, Judge(2, votes: 1));
    }

    [Fact]
    public void One_of_two_silos_does_not_end_the_other_because_its_port_refuses()
    {
        _silos.Remove(3);
        Go(1);
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
        Go(3);
        Assert.Equal(Verdict.Dead, Judge(2, votes: 1)); // by probes
        Go(4, but: 2);
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Dead, Judge(2, votes: 1));
    }

    [Fact]
    public void A_silo_that_was_reached_at_an_address_of_this_machine_and_refuses_is_dead()
    {
        _judge.Reached(At(4), 1);
        Assert.Equal(Verdict.Dropped, Judge(4, votes: 1));
        _judge.Refused(At(4), 1);
        Assert.Equal(Verdict.Dead, Judge(4, votes: 1));
    }

    [Fact]
    public void What_was_refused_a_while_ago_is_no_proof_any_more()
    {
        _judge.Reached(At(2), 1);
        _judge.Refused(At(2), 1);
        Go(5);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
    }

    [Fact]
    public void Nobody_is_judged_while_the_database_is_away_and_for_a_moment_after_its_return()
    {
        _judge.OnDatabaseUnavailable();
        Assert.Equal(Verdict.Dropped, Judge(2, votes: 2));
        _time.Advance(TimeSpan.FromSeconds(120));
        Assert.Equal(Verdict.Dropped, Judge(2, votes: 2));
        Go(1);
        Assert.Equal(Verdict.Dropped, Judge(2, votes: 2));
        Go(4);
        Assert.Equal(Verdict.Dead, Judge(2, votes: 2));
    }

    [Fact]
    public void A_silo_that_stood_still_itself_takes_nobody_for_silent()
    {
        _time.Advance(TimeSpan.FromSeconds(20));
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Dropped, Judge(2, votes: 1));
        Observe();
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Dropped, Judge(2, votes: 1));
        Go(4);
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
    }

    [Fact]
    public void A_silo_that_is_alone_waits_until_the_others_have_been_silent_for_long()
    {
        Go(10, but: [2, 3, 4]);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
        Go(10, but: [2, 3, 4]);
        Assert.Equal(Verdict.Dead, Judge(2, votes: 1));
    }

    [Fact]
    public void A_clock_that_is_set_back_is_no_silence()
    {
        _silos[2] = _silos[2] with { Sign = Start - TimeSpan.FromSeconds(10) };
        Go(9);
        _judge.Refused(At(2), 1);
        Assert.Equal(Verdict.Vote, Judge(2, votes: 1));
    }

    private static IPEndPoint At(int silo) => new(IPAddress.Loopback, silo);

    private Verdict Judge(int silo, int votes, bool isDeath = true) => _judge.Judge(At(silo), 1, votes, isDeath);

    /// <summary>Time passes in which all silos give signs, except some.</summary>
    private void Go(int seconds, params int[] but)
    {
        for (int half = 0; half < 2 * seconds; half++)
        {
            _time.Advance(MembershipJudge.SignInterval);
            foreach (int silo in _silos.Keys.Except(but).ToArray())
            {
                _silos[silo] = _silos[silo] with { Sign = _silos[silo].Sign + MembershipJudge.SignInterval };
            }

            Observe();
        }
    }

    private void Observe() => _judge.Observe([.. _silos.Select(static silo => new MemberSign(At(silo.Key), 1, silo.Value.IsActive, silo.Value.Started, silo.Value.Sign))]);
}
