using System.Globalization;
using OrleansInference.Api.Generation;
using OrleansInference.Models;

namespace OrleansInference.Api.Responses;

/// <summary>Position in the stream of a stored response: the <c>id</c> of its events.</summary>
/// <param name="Response">Id of the response.</param>
/// <param name="Sequence">Number of the event.</param>
internal readonly record struct EventPosition(string Response, int Sequence)
{
    private const string StartingAfter = "starting_after";

    /// <summary>Reads the position of the last event that a client has from the header <c>Last-Event-ID</c>; null without one.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the header is not an id of such a stream.</exception>
    public static EventPosition? Read(HttpContext context)
    {
        string header = context.Request.Headers[ResumePoint.Header].ToString();
        if (header.Length == 0)
            return null;
        int colon = header.LastIndexOf(':');
        return colon > 0 && int.TryParse(header.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int sequence)
            ? new EventPosition(header[..colon], sequence)
            : throw new InferenceException(
                ErrorCode.InvalidRequest, $"The header '{ResumePoint.Header}' is '{Requests.JsonText.Shorten(header)}'; expected the id of the last event of an interrupted stream.", ResumePoint.Header);
    }

    /// <summary>Reads the number of the last event that a client of a response has, from the query or the header; −1 without one.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: neither is the position in a stream of the response.</exception>
    public static int ReadAfter(HttpContext context, string response)
    {
        string given = context.Request.Query[StartingAfter].ToString();
        if (given.Length > 0)
        {
            return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out int after)
                ? after
                : throw new InferenceException(ErrorCode.InvalidRequest, $"'{StartingAfter}' is '{Requests.JsonText.Shorten(given)}', but must be the number of an event.", StartingAfter);
        }

        if (Read(context) is not { } position)
            return -1;
        return position.Response == response
            ? position.Sequence
            : throw new InferenceException(ErrorCode.InvalidRequest, $"The header '{ResumePoint.Header}' belongs to the stream of another response.", ResumePoint.Header);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Response}:{Sequence}");
}
