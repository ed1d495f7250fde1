using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Session;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Which pipeline a session goes to.</summary>
public sealed class PipelineChooserTests
{
    private readonly PipelineChooser _chooser = new();

    [Fact]
    public void Sessions_go_to_the_pipeline_with_the_least_to_do_for_what_it_can()
    {
        _chooser.Update([Load(0, sessions: 3), Load(1, sessions: 2), Load(2, sessions: 5, rate: 4)], default);
        Assert.Equal(2, Choose(0));
    }

    [Fact]
    public void What_was_given_since_the_last_word_counts()
    {
        _chooser.Update([Load(0), Load(1), Load(2)], default);
        int[] chosen = [.. Enumerable.Range(0, 9).Select(session => Choose(session))];
        Assert.All(chosen.GroupBy(static pipeline => pipeline), static same => Assert.Equal(3, same.Count()));
    }

    [Fact]
    public void Of_equals_not_all_take_the_first()
    {
        HashSet<int> first = [];
        for (int session = 0; session < 3; session++)
        {
            PipelineChooser chooser = new();
            chooser.Update([Load(0), Load(1), Load(2)], default);
            first.Add(chooser.Choose(session, Request([1]), -1, default));
        }

        Assert.Equal([0, 1, 2], first.Order());
    }

    [Fact]
    public void A_prompt_that_goes_on_with_one_before_goes_where_that_went()
    {
        int[] prompt = [.. Enumerable.Range(0, 64)];
        _chooser.Update([Load(0, sessions: 1), Load(1)], default);
        Assert.Equal(1, Choose(0, prompt));
        _chooser.Update([Load(0), Load(1, sessions: 3)], default);
        Assert.Equal(1, Choose(1, [.. prompt, .. Enumerable.Range(500, 64)]));
        Assert.Equal(0, Choose(2, [.. Enumerable.Range(300, 64)]));
    }

    [Fact]
    public void Another_tenants_prompt_is_not_followed()
    {
        int[] prompt = [.. Enumerable.Range(0, 64)];
        _chooser.Update([Load(0, sessions: 1), Load(1)], default);
        Assert.Equal(1, Choose(0, prompt));
        _chooser.Update([Load(0), Load(1, sessions: 3)], default);
        Assert.Equal(0, _chooser.Choose(1, Request(prompt) with { Tenant = "other" }, -1, default));
    }

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public void Another_tenants_prompt_is_followed_where_both_share_their_prefixes(bool first, bool second, int expected)
    {
        GenerationRequest request = Request([.. Enumerable.Range(0, 64)]);
        _chooser.Update([Load(0, sessions: 1), Load(1)], default);
        Assert.Equal(1, _chooser.Choose(0, request with { Policy = new() { SharesPrefixes = first } }, -1, default));
        _chooser.Update([Load(0), Load(1, sessions: 3)], default);
        Assert.Equal(expected, _chooser.Choose(1, request with { Tenant = "other", Policy = new() { SharesPrefixes = second } }, -1, default));
    }

    [Fact]
    public void Pages_do_not_outweigh_much_more_work()
    {
        int[] prompt = [.. Enumerable.Range(0, 64)];
        _chooser.Update([Load(0, sessions: 1), Load(1)], default);
        Assert.Equal(1, Choose(0, prompt));
        _chooser.Update([Load(0), Load(1, sessions: 30)], default);
        Assert.Equal(0, Choose(1, prompt));
    }

    [Fact]
    public void A_session_stays_while_its_pipeline_serves_or_may_soon_again()
    {
        _chooser.Update([Load(0), Load(1, sessions: 90)], default);
        Assert.Equal(1, Choose(0, current: 1));
        _chooser.Update([Load(0), Load(1) with { Serves = false }], TimeSpan.FromSeconds(1));
        Assert.Equal(1, Choose(0, current: 1, seconds: 2));
        Assert.Equal(0, Choose(0, current: 1, seconds: 4));
        _chooser.Update([Load(0), Load(1)], TimeSpan.FromSeconds(5));
        Assert.Equal(1, Choose(0, current: 1, seconds: 5));
    }

    [Fact]
    public void A_session_leaves_a_pipeline_that_is_gone_at_once()
    {
        _chooser.Update([Load(0), Load(2)], default);
        Assert.NotEqual(1, Choose(0, current: 1));
    }

    [Fact]
    public void None_begins_where_all_devices_are_to_leave_unless_nothing_else_serves()
    {
        _chooser.Update([Load(0) with { Takes = false }, Load(1, sessions: 9)], default);
        Assert.Equal(1, Choose(0));
        Assert.Equal(0, Choose(0, current: 0));
        _chooser.Update([Load(0) with { Takes = false }, Load(1) with { Serves = false }], default);
        Assert.Equal(0, Choose(0));
    }

    [Fact]
    public void Before_anything_is_known_it_is_the_first_or_stays()
    {
        Assert.Equal(0, Choose(0));
        Assert.Equal(2, Choose(0, current: 2));
    }

    [Fact]
    public void What_was_not_asked_for_the_longest_is_forgotten_first()
    {
        PrefixMemory memory = new(maxPages: 4);
        var first = PrefixMemory.PagesOf(Request([.. Enumerable.Range(0, 48)]));
        var second = PrefixMemory.PagesOf(Request([.. Enumerable.Range(100, 32)]));
        memory.Add(first, 1);
        memory.Add(second, 2);
        Assert.Equal(1, memory.Find(first, out int matched));
        Assert.Equal(2, matched); // the last page of the three had to go
        Assert.Equal(2, memory.Find(second, out matched));
        Assert.Equal(2, matched);
    }

    private int Choose(int session, int[]? prompt = null, int current = -1, int seconds = 0) =>
        _chooser.Choose(session, Request(prompt ?? [1, 2]), current, TimeSpan.FromSeconds(seconds));

    private static GenerationRequest Request(int[] prompt) => new() { RequestId = "request", Prompt = prompt, MaxTokens = 4 };

    private static PipelineLoad Load(int pipeline, int sessions = 0, double rate = 1) => new(pipeline, Serves: true, Takes: true, sessions, rate);
}
