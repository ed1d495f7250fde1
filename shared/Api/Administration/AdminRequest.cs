using System.Text.Json.Serialization.Metadata;
using OrleansInference.Api.Access;
using OrleansInference.Api.Audit;
using OrleansInference.Api.Requests;
using OrleansInference.Models;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;

namespace OrleansInference.Api.Administration;

/// <summary>What the administrative endpoints share.</summary>
internal static class AdminRequest
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1000;

    /// <summary>Reads the body of a request. An empty body counts as an object without fields.</summary>
    /// <returns><paramref name="request"/>.</returns>
    public static async Task<T> ReadAsync<T>(HttpContext context, ApiOptions options, FieldTable<T> fields, T request)
    {
        if (context.Request.ContentLength is 0 || (context.Request.ContentLength is null && context.Request.ContentType is null))
        {
            using RequestBody empty = RequestBody.Parse(new("{}"u8.ToArray()), options.MaxJsonDepth);
            fields.Read(new FieldValue(empty.Root, string.Empty), request);
            return request;
        }

        using RequestBody body = await RequestBody.ReadAsync(context, options);
        fields.Read(new FieldValue(body.Root, string.Empty), request);
        return request;
    }

    public static async Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        await RequestAudit.WriteAsync(context, status);
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(answer, type, cancellationToken: context.RequestAborted);
    }

    /// <returns>The number of records in a part of a list.</returns>
    public static int PageSize(int? limit) => limit is null
        ? DefaultPageSize
        : limit is >= 1 and <= MaxPageSize ? limit.Value : throw new InferenceException(ErrorCode.InvalidRequest, $"'limit' is {limit}, but must be from 1 to {MaxPageSize}.", "limit");

    /// <returns>The tenant that a request names, or else the caller's own.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.NotFound"/>: it does not exist, or the caller may not manage it.</exception>
    public static async Task<string> ManagedTenantAsync(HttpContext context, ITenancyStore store, string? tenant)
    {
        Caller caller = Caller.Of(context);
        string name = tenant ?? caller.Tenant;
        return caller.Has(Rights.ManageTenant, name) && await store.FindTenantAsync(name, context.RequestAborted) is not null ? name : throw NoTenant(name);
    }

    /// <summary>Error for a tenant that does not exist, or that the caller may not know.</summary>
    public static InferenceException NoTenant(string name) => new(ErrorCode.NotFound, $"The tenant '{JsonText.Shorten(name)}' does not exist.", "tenant");
}
