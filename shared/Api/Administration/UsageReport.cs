using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Administration;

/// <summary>Usage by day, tenant, key and model, and its total.</summary>
internal sealed record UsageReport(long PromptTokens, long CompletionTokens, long Requests, IReadOnlyList<UsageRecord> Data)
{
    public static UsageReport Of(IReadOnlyList<UsageRecord> records) =>
        new(records.Sum(static record => record.PromptTokens), records.Sum(static record => record.CompletionTokens), records.Sum(static record => record.Requests), records);
}

/// <summary>OpenAI's page of usage.</summary>
internal sealed record UsagePage(string Object, IReadOnlyList<UsageBucket> Data, bool HasMore, string? NextPage);

/// <summary>Usage from <paramref name="StartTime"/> until before <paramref name="EndTime"/>, both in Unix seconds.</summary>
internal sealed record UsageBucket(string Object, long StartTime, long EndTime, IReadOnlyList<UsageResult> Results);

/// <summary>Sum of a bucket, or of a group of it. Fields that do not group are null. A tenant is a project.</summary>
internal sealed record UsageResult(
    string Object, long InputTokens, long OutputTokens, long NumModelRequests, string? ProjectId, string? UserId, string? ApiKeyId, string? Model, bool? Batch, long InputCachedTokens, long InputAudioTokens, long OutputAudioTokens);
