using System.Net;
using System.Text.Json;
using OrleansInference.Api;
using OrleansInference.Api.Access;
using OrleansInference.Api.Administration;
using OrleansInference.ApiTests.Http;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Engine.Sampling;

namespace OrleansInference.ApiTests.Access;

/// <summary>Watermarks of tenants.</summary>
public sealed class WatermarkTests
{
    private const string Administrator = "administrator";

    [Fact]
    public async Task Requests_of_a_tenant_have_the_key_of_its_watermark_while_it_wants_one()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service, server: new ServerOptions { Port = 0, AdminKey = Administrator, RequireKeys = KeyRule.On });
        await api.CreateTenantAsync("team", Administrator);
        await api.CreateTenantAsync("other", Administrator);
        (_, string key) = await api.CreateKeyAsync("team", Administrator);
        (_, string others) = await api.CreateKeyAsync("other", Administrator);
        Assert.Null(await KeyOfAsync(key));
        await SwitchAsync("team", "true");
        await SwitchAsync("other", "true");
        ulong own = Assert.NotNull(await KeyOfAsync(key));
        Assert.NotEqual(own, await KeyOfAsync(others));
        await SwitchAsync("team", "false");
        Assert.Null(await KeyOfAsync(key));

        async Task<ulong?> KeyOfAsync(string sender)
        {
            Assert.Equal(HttpStatusCode.OK, (await api.SendAsync(HttpMethod.Post, "/v1/completions", sender, Wire.Complete())).Status);
            return service.LastRequest.Sampling.Watermark;
        }

        async Task SwitchAsync(string tenant, string on) =>
            Assert.Equal(on, (await api.SendAsync(HttpMethod.Patch, $"/admin/tenants/{tenant}", Administrator, $$"""{"watermark":{{on}}}""")).Body.GetProperty("watermark").GetRawText());
    }

    [Fact]
    public async Task A_text_of_preferred_tokens_is_detected_as_that_of_its_tenant_alone()
    {
        ScriptedService service = new();
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        await api.CreateTenantAsync("team");
        await api.CreateTenantAsync("other");
        await api.SendAsync(HttpMethod.Patch, "/admin/tenants/team", null, """{"watermark":true}""");
        (_, string key) = await api.CreateKeyAsync("team");
        await api.SendAsync(HttpMethod.Post, "/v1/completions", key, Wire.Complete());
        Watermark watermark = Watermark.Of(service.LastRequest.Sampling.Watermark!.Value, service.Model.VocabularySize);
        string text = string.Concat(Enumerable.Range(' ', '~' - ' ').Where(watermark.Prefers).Select(static letter => (char)letter));
        JsonElement own = await DetectAsync("team"), other = await DetectAsync("other");
        Assert.True(own.GetProperty("watermarked").GetBoolean(), own.ToString());
        Assert.Equal((text.Length, text.Length), (own.GetProperty("distinct").GetInt32(), own.GetProperty("preferred").GetInt32()));
        Assert.Equal(Math.Sqrt(text.Length), own.GetProperty("z_score").GetDouble(), 9);
        Assert.Equal(Math.Pow(0.5, text.Length), own.GetProperty("p_value").GetDouble(), 15);
        Assert.True(other.GetProperty("preferred").GetInt32() < text.Length);

        async Task<JsonElement> DetectAsync(string tenant) =>
            (await api.SendAsync(HttpMethod.Post, "/admin/watermark/detect", null, JsonSerializer.Serialize(new Dictionary<string, string> { ["text"] = text, ["tenant"] = tenant }))).Body;
    }

    [Theory]
    [InlineData(10, 0, 1)]
    [InlineData(10, 10, 0.0009765625)]
    [InlineData(4, 3, 0.3125)]
    [InlineData(0, 0, 1)]
    public void The_probability_of_chance_is_exact(int count, int least, double expected) => Assert.Equal(expected, WatermarkReport.UpperTail(count, least), 12);

    [Fact]
    public void Texts_without_the_watermark_are_found_as_rarely_as_stated()
    {
        // Of 20,000 keys on one text, 0.2 are expected below one in 100,000, and 200 below one in 100.
        int[] text = [.. Enumerable.Range(0, 200).Select(static token => token * 37 % 5000)];
        double[] chances = [.. Enumerable.Range(0, 20_000).Select(key => WatermarkReport.Of("team", text, Watermark.Of((ulong)key, 5000)).PValue)];
        Assert.InRange(chances.Count(static chance => chance < 1e-5), 0, 3);
        Assert.InRange(chances.Count(static chance => chance < 0.01), 100, 260);
    }
}
