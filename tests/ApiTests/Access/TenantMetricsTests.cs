using System.Net.Http.Headers;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.Api.Metrics;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Access;

/// <summary>Metrics of tenants.</summary>
public sealed class TenantMetricsTests
{
    private const string Administrator = "administrator";

    [Fact]
    public async Task Only_administrators_of_the_cluster_read_the_figures_of_tenants()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = static (_, _) => "abc" }, server: new ServerOptions { Port = 0, AdminKey = Administrator, RequireKeys = KeyRule.On });
        await api.CreateTenantAsync("team", Administrator);
        (_, string user) = await api.CreateKeyAsync("team", Administrator);
        (_, string manager) = await api.CreateKeyAsync("team", Administrator, "tenant-admin");
        await api.SendAsync(HttpMethod.Post, "/v1/completions", user, Wire.Complete());
        await api.SendAsync(HttpMethod.Post, "/v1/completions", user, Wire.Complete("\"stream\":true"));
        string[] lines = (await MetricsAsync(api, Administrator)).Split('\n');
        Assert.Contains("orleans_inference_tenant_requests_total{model_name=\"scripted\",tenant=\"team\"} 2", lines);
        Assert.Contains("orleans_inference_tenant_generation_tokens_total{model_name=\"scripted\",tenant=\"team\"} 8", lines); // with the end of each
        Assert.DoesNotContain("tenant=", await MetricsAsync(api, user), StringComparison.Ordinal);
        Assert.DoesNotContain("tenant=", await MetricsAsync(api, manager), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_series_of_many_tenants_are_bounded()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService());
        TenantMetrics metrics = (TenantMetrics)api.Services.GetService(typeof(TenantMetrics))!;
        for (int tenant = 0; tenant < TenantMetrics.MaxTenants + 5; tenant++)
        {
            metrics.Record($"t{tenant}", Usage.From(1, 0, 2, 0));
        }

        string[] lines = [.. metrics.Collect().Split('\n').Where(static line => line.StartsWith("orleans_inference_tenant_requests_total{", StringComparison.Ordinal))];
        Assert.Equal(TenantMetrics.MaxTenants + 1, lines.Length);
        Assert.Contains("orleans_inference_tenant_requests_total{model_name=\"scripted\",tenant=\"(others)\"} 5", lines);
    }

    private static async Task<string> MetricsAsync(ApiFixture api, string key)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
