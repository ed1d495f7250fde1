using System.Net;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;

namespace OrleansInference.ClusterTests.Joining;

public sealed class AdmissionTests
{
    private static readonly ClusterConfig Terms = new() { Model = "demo", Fingerprint = "fp_1", KvType = "f32", KvTokens = 64, Stages = 3, MessageVersion = 1 };

    public static TheoryData<string> Differences => new(Others.Keys);

    private static Dictionary<string, ClusterConfig> Others => new()
    {
        ["fp_2"] = Terms with { Fingerprint = "fp_2" },
        ["'other'"] = Terms with { Model = "other" },
        ["bf16"] = Terms with { KvType = "bf16", Fingerprint = "fp_3" },
        ["128 tokens"] = Terms with { KvTokens = 128 },
        ["Stages is 2"] = Terms with { Stages = 2 },
        ["chosen by the planner"] = Terms with { Stages = null },
        ["Pipelines is 3, the cluster's is 1"] = Terms with { FurtherPipelines = 2 },
        ["version 2"] = Terms with { MessageVersion = 2, Fingerprint = "fp_4" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Who_goes_by_other_terms_is_refused_with_the_difference(string difference)
    {
        NodeState[] nodes = [Node(1, Terms, admitted: true), Node(2, Others[difference])];
        string? refusal = Admission.Refusal(nodes, nodes[1], "node-1");
        Assert.Contains(difference, refusal, StringComparison.Ordinal);
        Assert.Contains("node-1", refusal, StringComparison.Ordinal);
        Assert.Equal([nodes[0]], Admission.Of([.. nodes]));
    }

    [Fact]
    public void Who_goes_by_the_same_terms_takes_part()
    {
        NodeState[] nodes = [Node(1, Terms, admitted: true), Node(2, Terms with { })];
        Assert.Null(Admission.Refusal(nodes, nodes[1], "node-1"));
        Assert.Equal(nodes, Admission.Of([.. nodes]));
    }

    [Fact]
    public void One_that_takes_part_outweighs_any_number_that_does_not_yet()
    {
        ClusterConfig other = Others["fp_2"];
        NodeState[] nodes = [Node(1, other), Node(2, other), Node(3, Terms, admitted: true)];
        Assert.Equal([nodes[2]], Admission.Of([.. nodes]));
    }

    [Fact]
    public void Before_anybody_takes_part_most_decide_and_of_as_many_the_first()
    {
        ClusterConfig other = Others["fp_2"];
        Assert.Equal(other, Admission.Terms([Node(1, Terms), Node(2, other), Node(3, other)]));
        Assert.Equal(Terms, Admission.Terms([Node(4, other), Node(3, Terms)]));
        Assert.Empty(Admission.Of([]));
    }

    [Fact]
    public void A_view_that_is_not_complete_forgets_no_node()
    {
        NodeState old = Node(1, Terms);
        NodeState fresh = Node(1, Terms) with { Sessions = 7 };
        ClusterView before = new([old, Node(2, Terms)], RouterSummary.None, [], "node-1");
        ClusterView after = new([fresh], RouterSummary.None, [], "node-1", Complete: false);
        Assert.Equal([7, 0], after.After(before).Nodes.Select(static node => node.Sessions));
        Assert.Single((after with { Complete = true }).After(before).Nodes);
    }

    private static NodeState Node(int number, ClusterConfig terms, bool admitted = false) => new()
    {
        Name = $"node-{number}",
        Silo = SiloAddress.New(IPAddress.Loopback, 1000 + number, 1),
        Gateway = number,
        Url = string.Empty,
        Devices = [],
        Terms = terms,
        Admitted = admitted,
    };
}
