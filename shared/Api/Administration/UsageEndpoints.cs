using System.Globalization;
using Microsoft.Extensions.Primitives;
using OrleansInference.Api.Access;
using OrleansInference.Api.Requests;
using OrleansInference.Models;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Administration;

/// <summary><c>/admin/usage</c> and <c>/v1/organization/usage/completions</c></summary>
internal sealed class UsageEndpoints(IUsageStore usage, ITenancyStore tenants, TimeProvider time)
{
    private const string DayFormat = "yyyy-MM-dd";
    private const int DefaultDays = 7;
    private const int MaxDays = 31;
    private const long SecondsOfDay = 86_400;

    /// <summary>End of the last day that has a successor.</summary>
    private static readonly long LastTime = SecondsOf(DateOnly.MaxValue) - 1;

    private static readonly string[] Groups = ["project_id", "api_key_id", "model"];

    public async Task ReadAsync(HttpContext context, string? tenant, string? key, string? from, string? to)
    {
        string? selected = await SelectAsync(context, tenant);
        UsageQuery query = new(DayOf("from", from) ?? DateOnly.FromDateTime(DateTime.UnixEpoch), DayOf("to", to) ?? DateOnly.MaxValue, selected, key);
        await AdminRequest.AnswerAsync(context, UsageReport.Of(await usage.ReadAsync(query, context.RequestAborted)), ApiJson.Default.UsageReport);
    }

    public async Task ReadBucketsAsync(HttpContext context)
    {
        IQueryCollection fields = context.Request.Query;
        long start = Number(fields, "start_time", 0, LastTime) ?? throw Invalid("start_time", "'start_time' is required.");
        start = Number(fields, "page", 0, LastTime) ?? start;
        long end = Number(fields, "end_time", 0, LastTime) ?? time.GetUtcNow().ToUnixTimeSeconds() + 1;
        int days = (int)(Number(fields, "limit", 1, MaxDays) ?? DefaultDays);
        if (fields["bucket_width"].ToString() is { Length: > 0 } width and not "1d")
        {
            throw Invalid("bucket_width", $"'bucket_width' is '{JsonText.Shorten(width)}', but only '1d' is supported.");
        }

        HashSet<string> groups = [.. Values(fields, "group_by")];
        if (groups.FirstOrDefault(static group => !Groups.Contains(group)) is { } unknown)
        {
            throw Invalid("group_by", $"'group_by' contains '{JsonText.Shorten(unknown)}', but only {string.Join(", ", Groups)} are supported.");
        }

        string?[] projects = Values(fields, "project_ids") is { Count: > 0 } names ? [.. names] : [null];
        string[] keys = [.. Values(fields, "api_key_ids")];
        DateOnly first = DayOf(start);
        DateOnly last = end <= start ? first.AddDays(-1) : DayOf(end - 1);
        DateOnly until = last.DayNumber - first.DayNumber < days ? last : first.AddDays(days - 1);
        List<UsageRecord> records = [];
        foreach (string? project in projects)
        {
            records.AddRange(await usage.ReadAsync(new UsageQuery(first, until, await SelectAsync(context, project)), context.RequestAborted));
        }

        List<UsageBucket> buckets = [];
        for (DateOnly day = first; day <= until; day = day.AddDays(1))
        {
            IEnumerable<UsageRecord> ofDay = records.Where(record => record.Day == day && (keys.Length == 0 || keys.Contains(record.Key)));
            buckets.Add(new UsageBucket("bucket", SecondsOf(day), SecondsOf(day) + SecondsOfDay, [.. Sum(ofDay, groups)]));
        }

        bool more = until < last;
        UsagePage page = new("page", buckets, more, more ? SecondsOf(until.AddDays(1)).ToString(CultureInfo.InvariantCulture) : null);
        await AdminRequest.AnswerAsync(context, page, ApiJson.Default.UsagePage);
    }

    /// <returns>The tenant whose usage is read; null for all.</returns>
    private async Task<string?> SelectAsync(HttpContext context, string? tenant)
    {
        Caller caller = Caller.Of(context);
        if (tenant is null)
        {
            return caller.Has(Rights.ManageCluster) ? null : caller.Tenant;
        }

        // Tenants of configured keys are not stored; only their own keys and administrators know them.
        return caller.Has(Rights.ReadUsage, tenant) && (tenant == caller.Tenant || await tenants.FindTenantAsync(tenant, context.RequestAborted) is not null) ? tenant : throw AdminRequest.NoTenant(tenant);
    }

    private static IEnumerable<UsageResult> Sum(IEnumerable<UsageRecord> records, HashSet<string> groups) => records
        .GroupBy(record => (
            Tenant: groups.Contains("project_id") ? record.Tenant : null,
            Key: groups.Contains("api_key_id") ? record.Key : null,
            Model: groups.Contains("model") ? record.Model : null))
        .Select(static group => new UsageResult(
            "organization.usage.completions.result",
            group.Sum(static record => record.PromptTokens),
            group.Sum(static record => record.CompletionTokens),
            group.Sum(static record => record.Requests),
            group.Key.Tenant, null, group.Key.Key, group.Key.Model, null, 0, 0, 0));

    /// <returns>Values of a parameter that may be repeated, with or without brackets after its name.</returns>
    private static List<string> Values(IQueryCollection fields, string name) =>
        [.. StringValues.Concat(fields[name], fields[name + "[]"]).SelectMany(static value => (value ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))];

    private static long? Number(IQueryCollection fields, string name, long minimum, long maximum)
    {
        string text = fields[name].ToString();
        return text.Length == 0 ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value >= minimum && value <= maximum ? value
            : throw Invalid(name, $"'{name}' is '{JsonText.Shorten(text)}', but must be an integer from {minimum} to {maximum}.");
    }

    private static DateOnly? DayOf(string name, string? text) => text is null ? null
        : DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day
        : throw Invalid(name, $"'{name}' is '{JsonText.Shorten(text)}', but must be a day such as 2026-01-31.");

    private static DateOnly DayOf(long seconds) => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);

    private static long SecondsOf(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds();

    private static InferenceException Invalid(string parameter, string message) => new(ErrorCode.InvalidRequest, message, parameter);
}
