using System.Net;
using OrleansInference.ClusterTests.Nodes;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Joining;

public sealed class AdvertisedAddressTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("localhost", "127.0.0.1")]
    public void Other_nodes_receive_the_advertised_address_or_host_name(string given, string address)
    {
        NodeOptions options = new() { Member = new() { Advertise = given }, Security = new() { ClusterSecret = "a secret that is long enough" } };
        Assert.Equal(IPAddress.Parse(address), options.Resolve().Member.Advertised);
    }

    [SkippableFact]
    public async Task Nodes_that_advertise_a_hosts_name_serve_together()
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(2, 2, settings: ["--advertise", "localhost"]);
        Assert.NotEmpty((await Streams.SaidAsync([Streams.Start(cluster.Nodes[0].Url.Result, 1, tokens: 10)]))[0]);
    }

    [Theory]
    [InlineData("no-such-host.invalid")]
    [InlineData("")]
    [InlineData("a b")]
    public void A_name_without_an_address_is_refused(string given)
    {
        InferenceException error = Assert.Throws<InferenceException>(new MemberOptions { Advertise = given }.Resolve);
        Assert.Equal((ErrorCode.InvalidOption, "Advertise"), (error.Code, error.Parameter));
        Assert.Contains(given, error.Message, StringComparison.Ordinal);
    }
}
