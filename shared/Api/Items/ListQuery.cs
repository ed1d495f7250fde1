using System.Globalization;
using OrleansInference.Models;

namespace OrleansInference.Api.Items;

/// <summary>Part of a list that a request asks for.</summary>
/// <param name="After">Item after which the part begins; null for the beginning.</param>
/// <param name="Limit">Number of items, at most.</param>
/// <param name="NewestFirst">Whether the newest item is the first.</param>
internal sealed record ListQuery(string? After, int Limit, bool NewestFirst)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: a value is out of its range.</exception>
    public static ListQuery Read(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        if (query.ContainsKey("before"))
            throw new InferenceException(ErrorCode.UnsupportedField, "'before' is not supported; use 'after' with the opposite 'order'.", "before");
        string order = query["order"].ToString();
        if (order is not ("" or "asc" or "desc"))
            throw new InferenceException(ErrorCode.InvalidRequest, $"'order' is '{Requests.JsonText.Shorten(order)}', but must be 'asc' or 'desc'.", "order");
        string given = query["limit"].ToString();
        int limit = DefaultLimit;
        if (given.Length > 0 && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            throw new InferenceException(ErrorCode.InvalidRequest, $"'limit' is '{Requests.JsonText.Shorten(given)}', but must be an integer from 1 to {MaxLimit}.", "limit");
        string after = query["after"].ToString();
        return new(after.Length == 0 ? null : after, limit, order != "asc");
    }

    /// <summary>Creates the error of an item that the list does not contain.</summary>
    public InferenceException UnknownAfter() => new(ErrorCode.InvalidRequest, $"'after' is '{Requests.JsonText.Shorten(After!)}', which is not an item of this list.", "after");
}
