using System.Net.ServerSentEvents;
using System.Text;

namespace OrleansInference.Bench.Load;

/// <summary>Reads a stream of server-sent events, and records the arrival of each part of the answer.</summary>
internal static class AnswerReader
{
    /// <returns><paramref name="answer"/> with the received data; a broken stream is an answer with a failure.</returns>
    public static async Task<Answer> ReadAsync(Answer answer, Stream stream, LoadClock clock, CancellationToken cancellationToken)
    {
        List<TimeSpan> arrivals = [];
        answer = answer with { Arrivals = arrivals };
        bool complete = false;
        StringBuilder text = new(), reasoning = new();
        try
        {
            await foreach (SseItem<AnswerEvent> item in SseParser.Create(stream, AnswerEvent.Parse).EnumerateAsync(cancellationToken))
            {
                AnswerEvent data = item.Data;
                if (data.Error is string error)
                {
                    return answer with { Failure = new Failure("error in the stream", error) };
                }

                if (data.Advances)
                {
                    arrivals.Add(clock.Now);
                }

                text.Append(data.Text);
                reasoning.Append(data.Reasoning);
                answer = answer with { Usage = data.Usage ?? answer.Usage };
                complete |= data.Finished || data.Done;
                if (data.Done)
                {
                    break;
                }
            }
        }
        catch (JsonException exception)
        {
            return answer with { Failure = new Failure("malformed event", exception.Message) };
        }

        answer = answer with { Text = (text.Length > 0 ? text : reasoning).ToString() };
        return (complete, arrivals.Count) switch
        {
            (false, _) => answer with { Failure = new Failure("stream ended early", $"The stream ended after {arrivals.Count} chunks without a finish reason.") },
            (_, 0) => answer with { Failure = new Failure("empty answer", "The answer has no tokens.") },
            _ => answer,
        };
    }
}
