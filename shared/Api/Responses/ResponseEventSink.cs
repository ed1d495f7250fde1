using System.Text.Json;
using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Responses;

/// <summary>Writes events as server-sent events, without those that the client has.</summary>
/// <param name="events">The stream.</param>
/// <param name="id">Id of the response, with which a client resumes; null if the response is not stored.</param>
/// <param name="after">Number of the last event that the client has; −1 if it has none.</param>
internal sealed class ResponseEventSink(EventStream events, string? id, int after) : IResponseEventSink
{
    public Utf8JsonWriter Begin(string type, int sequence)
    {
        if (sequence <= after)
            return events.Drop();
        if (id is not null)
            events.Id(new EventPosition(id, sequence).ToString());
        events.Name(System.Text.Encoding.ASCII.GetBytes(type));
        return events.Begin();
    }

    public void End() => events.End();
}
