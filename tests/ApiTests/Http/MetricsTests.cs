using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task TheTextIsWellFormedAndCountsWhatHappened()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new ScriptedService { Answer = (_, _) => "four" });
        await api.PostAsync(Wire.Chat, Wire.Ask());
        await api.StreamAsync(Wire.Chat, Wire.Ask("\"stream\":true,\"max_tokens\":2"));
        await api.PostErrorAsync(Wire.Chat, "{", HttpStatusCode.BadRequest);
        using HttpResponseMessage lost = await api.Http.GetAsync(new Uri("/a\"b", UriKind.Relative));

        using HttpResponseMessage response = await api.Http.GetAsync(new Uri("/metrics", UriKind.Relative));
        Dictionary<string, double> samples = Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(2, samples["orleans_inference_http_requests_total{model_name=\"scripted\",endpoint=\"/v1/chat/completions\",method=\"POST\",status=\"200\"}"]);
        Assert.Equal(1, samples["orleans_inference_http_requests_total{model_name=\"scripted\",endpoint=\"/v1/chat/completions\",method=\"POST\",status=\"400\"}"]);
        Assert.Equal(1, samples["orleans_inference_http_requests_total{model_name=\"scripted\",endpoint=\"none\",method=\"GET\",status=\"404\"}"]);
        Assert.Equal(1, samples["orleans_inference_request_success_total{model_name=\"scripted\",finished_reason=\"stop\"}"]);
        Assert.Equal(1, samples["orleans_inference_request_success_total{model_name=\"scripted\",finished_reason=\"length\"}"]);
        Assert.Equal(2, samples["orleans_inference_time_to_first_token_seconds_count{model_name=\"scripted\"}"]);
        Assert.Equal(5, samples["orleans_inference_inter_token_latency_seconds_count{model_name=\"scripted\"}"]);
        Assert.Equal(7, samples["orleans_inference_request_generation_tokens_sum{model_name=\"scripted\"}"]);
        Assert.Equal(2, samples["orleans_inference_num_requests_running{model_name=\"scripted\"}"]);
        Assert.Equal(17, samples["orleans_inference_generation_tokens_total{model_name=\"scripted\"}"]);
        Assert.Equal((2.5, 0.02), (samples["orleans_inference_step_seconds_total{model_name=\"scripted\"}"], samples["orleans_inference_router_seconds_total{model_name=\"scripted\"}"]));
        Assert.All(samples.Keys, static name => Assert.Contains("{model_name=\"scripted\"", name, StringComparison.Ordinal));
        Assert.Equal(3.0 / 64, samples["orleans_inference_kv_cache_usage_perc{model_name=\"scripted\"}"]);
        Assert.Equal(5, samples["orleans_inference_num_preemptions_total{model_name=\"scripted\"}"]);
        Assert.Equal((40, 21), (samples["orleans_inference_prefix_cache_queries_total{model_name=\"scripted\"}"], samples["orleans_inference_prefix_cache_hits_total{model_name=\"scripted\"}"]));
        Assert.Equal(64, samples["orleans_inference_kv_cache_pages{model_name=\"scripted\"}"]);
    }

    /// <summary>Reads the format strictly: each family described before its samples, buckets cumulative up to the count.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        Dictionary<string, double> samples = [];
        Dictionary<string, string> types = [];
        double lastBucket = 0;
        foreach (string line in text.Split('\n')[..^1])
        {
            if (line.StartsWith('#'))
            {
                string[] words = line.Split(' ', 4);
                Assert.Contains(words[1], new[] { "HELP", "TYPE" });
                if (words[1] == "TYPE")
                    types.Add(words[2], words[3]);
                continue;
            }

            Match sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            string name = sample.Groups[1].Value;
            Assert.True(types.ContainsKey(name) || types.GetValueOrDefault(Suffix().Replace(name, string.Empty)) == "histogram", line);
            double value = double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture);
            samples.Add(name + sample.Groups[2].Value, value);
            if (name.EndsWith("_bucket", StringComparison.Ordinal))
                Assert.True(value >= (line.Contains("le=\"0.00", StringComparison.Ordinal) ? 0 : Math.Min(lastBucket, value)), line);
            if (name.EndsWith("_bucket", StringComparison.Ordinal))
                lastBucket = value;
            if (name.EndsWith("_count", StringComparison.Ordinal))
                Assert.Equal(lastBucket, value);
        }

        return samples;
    }

    [GeneratedRegex("""^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})? (\S+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();
}
