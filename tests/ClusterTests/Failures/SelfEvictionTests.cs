using OrleansInference.Cluster.Programs;
using OrleansInference.Silo.Failures;

namespace OrleansInference.ClusterTests.Failures;

public sealed class SelfEvictionTests : IDisposable
{
    private readonly StringWriter _error = new();
    private readonly List<int> _codes = [];
    private readonly SelfEviction _eviction;

    public SelfEvictionTests() => _eviction = new SelfEviction(new NodeExit("node-1", _error, _codes.Add));

    public void Dispose() => _error.Dispose();

    [Fact]
    public void A_silo_that_was_declared_dead_ends_with_one_line_and_a_code_for_a_restart()
    {
        _eviction.OnFatalException(this, "I have been told I am dead, so this silo will stop! Reason: I should be Dead according to\nthe membership table", null);
        _eviction.OnFatalException(this, "I have been told I am dead, so this silo will stop!", null);
        Assert.Equal([ExitCode.StartAgain], _codes);
        Assert.Equal($"Node node-1 ends with exit code 75, to be started again: the cluster has declared it dead.{Environment.NewLine}", _error.ToString());
    }

    [Fact]
    public void A_silo_that_the_membership_ends_without_its_death_says_so()
    {
        _eviction.OnFatalException(this, "I have been told I am dead, so this silo will stop! Reason: Found a bug! Will stop.", null);
        Assert.Equal($"Node node-1 ends with exit code 75, to be started again: Orleans found a contradiction in the membership table.{Environment.NewLine}", _error.ToString());
    }

    [Fact]
    public void What_else_Orleans_cannot_go_on_after_is_named_in_one_line()
    {
        _eviction.OnFatalException(this, "ProcessMembershipUpdates", new InvalidOperationException("It has\nended."));
        Assert.Equal([ExitCode.StartAgain], _codes);
        Assert.Equal(
            $"Node node-1 ends with exit code 75, to be started again: SelfEvictionTests failed in ProcessMembershipUpdates with InvalidOperationException: It has ended.{Environment.NewLine}",
            _error.ToString());
    }
}
