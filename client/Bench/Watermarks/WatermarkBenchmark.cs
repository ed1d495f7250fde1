using OrleansInference.Bench.Load;
using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Chat;

namespace OrleansInference.Bench.Watermarks;

/// <summary>Asks the same questions for a tenant with a watermark and for one without, and looks for the watermark of the first in all answers.</summary>
/// <param name="url">Address of the node.</param>
/// <param name="adminKey">Key of its administrator.</param>
internal sealed class WatermarkBenchmark(Uri url, string adminKey)
{
    private const string MarkedTenant = "marked", PlainTenant = "plain";

    public async Task<WatermarkFigures> RunAsync(int answers, int tokens, int streams, CancellationToken cancellationToken)
    {
        using AdminApi admin = new(url, adminKey);
        using ChatApi chat = new(url, adminKey);
        string model = await chat.FirstModelAsync(cancellationToken);
        using AdminApi marked = await CreateAsync(admin, MarkedTenant, hasWatermark: true), plain = await CreateAsync(admin, PlainTenant, hasWatermark: false);
        return new WatermarkFigures(await MeasureAsync(marked), await MeasureAsync(plain));

        async Task<AnswerFigures> MeasureAsync(AdminApi tenant)
        {
            Finding[] findings = new Finding[answers];
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = streams, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, answers, parallel, async (number, _) => findings[number] = await AskAsync(admin, tenant, model, number, tokens));
            return new AnswerFigures(
                answers, findings.Count(static finding => finding.IsFound), LatencyFigures.Of(findings.Select(static finding => finding.Z)).P50 ?? 0, findings.Average(static finding => finding.LogProb));
        }
    }

    /// <summary>Creates a tenant with a key.</summary>
    /// <returns>A client with the key.</returns>
    private async Task<AdminApi> CreateAsync(AdminApi admin, string tenant, bool hasWatermark)
    {
        await admin.SendAsync(HttpMethod.Post, "/admin/tenants", new JsonObject { ["name"] = tenant, ["watermark"] = hasWatermark });
        JsonElement key = await admin.SendAsync(HttpMethod.Post, "/admin/keys", new JsonObject { ["tenant"] = tenant });
        return new AdminApi(url, key.GetProperty("key").GetString(), timeout: Timeout.InfiniteTimeSpan);
    }

    private static async Task<Finding> AskAsync(AdminApi admin, AdminApi tenant, string model, int number, int tokens)
    {
        JsonElement answer = await tenant.SendAsync(HttpMethod.Post, "/v1/completions", new JsonObject
        {
            ["model"] = model,
            ["prompt"] = string.Create(CultureInfo.InvariantCulture, $"Question {number}:"),
            ["max_tokens"] = tokens,
            ["ignore_eos"] = true,
            ["temperature"] = 1,
            ["seed"] = number,
            ["logprobs"] = 0,
        });
        JsonElement choice = answer.GetProperty("choices")[0];
        double logProb = choice.GetProperty("logprobs").GetProperty("token_logprobs").EnumerateArray().Average(static score => score.GetDouble());
        JsonElement report = await admin.SendAsync(HttpMethod.Post, "/admin/watermark/detect", new JsonObject { ["tenant"] = MarkedTenant, ["text"] = choice.GetProperty("text").GetString() });
        return new Finding(report.GetProperty("watermarked").GetBoolean(), report.GetProperty("z_score").GetDouble(), logProb);
    }

    private readonly record struct Finding(bool IsFound, double Z, double LogProb);
}
