using Microsoft.Extensions.Options;
using OrleansInference.Api.Access;
using OrleansInference.Api.Requests;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Text;

namespace OrleansInference.Api.Administration;

/// <summary><c>/admin/watermark</c></summary>
internal sealed class WatermarkEndpoints(ITenancyStore store, TenantWatermarks watermarks, IInferenceService service, ModelText text, IOptions<ApiOptions> options)
{
    /// <summary>Looks for the watermark of a tenant in a text.</summary>
    public async Task DetectAsync(HttpContext context)
    {
        WatermarkRequest request = await AdminRequest.ReadAsync(context, options.Value, WatermarkRequest.Table, new WatermarkRequest());
        string tenant = await AdminRequest.ManagedTenantAsync(context, store, request.Tenant);
        int[] tokens = text.Tokenizer.Encode(request.Text, addSpecialTokens: false);
        WatermarkReport report = WatermarkReport.Of(tenant, tokens, Watermark.Of(watermarks.KeyOf(tenant), service.Model.VocabularySize));
        await AdminRequest.AnswerAsync(context, report, ApiJson.Default.WatermarkReport);
    }
}

/// <summary>Request to look for a watermark.</summary>
internal sealed class WatermarkRequest
{
    private const int MaxLength = 1 << 20;

    public static FieldTable<WatermarkRequest> Table { get; } = new("WatermarkDetection",
    [
        RequestField.Of<WatermarkRequest>("text", "string", static (request, value) => request.Text = value.Text(MaxLength), "The text.", required: true),
        RequestField.Of<WatermarkRequest>("tenant", "string", static (request, value) => request.Tenant = value.Text(), "The tenant whose watermark is looked for; that of the key by default."),
    ]);

    public string Text { get; set; } = string.Empty;

    public string? Tenant { get; set; }
}
