using System.Net;
using System.Text.Json;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Orleans' dashboard is there for administrators, where it is wanted.</summary>
public sealed class DashboardTests
{
    [SkippableTheory]
    [InlineData("on", HttpStatusCode.OK)]
    [InlineData("off", HttpStatusCode.NotFound)]
    public async Task The_dashboard_counts_grains_where_it_is_on(string setting, HttpStatusCode expected)
    {
        await using TestCluster cluster = await Postgres.Require.ClusterAsync(1, 1, settings: ["--dashboard", setting]);
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.GetAsync(new Uri(cluster.Nodes[0].Url.Result + "/admin/orleans/DashboardCounters"));
        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
        {
            using JsonDocument counters = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal(JsonValueKind.Array, counters.RootElement.GetProperty("hosts").ValueKind);
        }
    }
}
