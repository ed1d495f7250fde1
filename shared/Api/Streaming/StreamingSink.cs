using System.Text.Json;
using OrleansInference.Api.Errors;
using OrleansInference.Api.Generation;
using OrleansInference.Serving;

namespace OrleansInference.Api.Streaming;

/// <summary>
/// Sends the answer as OpenAI's stream of chunks: for each choice a start, its deltas and a finish, then the usage when asked for, then <c>[DONE]</c>.
/// The response starts with the first update, so that what fails before it is an ordinary HTTP error. A failure after it is one event
/// named <c>error</c> whose data is OpenAI's error document, and the stream ends without <c>[DONE]</c>.
/// A stream that can be resumed has an id in every event; what the client has already is written all the same, so that the text goes on from it, but not sent.
/// </summary>
internal sealed class StreamingSink(HttpContext context, IAnswerFormat format, int choices, StreamPosition? position) : IChoiceSink, IDisposable
{
    private readonly EventStream _events = new(context);
    private readonly bool[] _startedChoices = new bool[choices];

    public bool Started { get; private set; }

    public ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        Start();
        Choice choice = update.Choice;
        if (!_startedChoices[choice.Index])
        {
            _startedChoices[choice.Index] = true;
            if (format.HasStart(choice))
            {
                format.WriteStart(Begin(choice), choice);
                _events.End();
            }
        }

        if (update.Reasoning.Length > 0 || update.Content.Length > 0 || choice.Released.Count > 0)
        {
            format.WriteDelta(Begin(choice), update);
            _events.End();
        }

        if (choice.Finish is not FinishReason.None)
        {
            format.WriteFinish(Begin(choice), choice);
            _events.End();
        }

        return _events.FlushAsync(cancellationToken);
    }

    public ValueTask CompleteAsync(Usage? usage, CancellationToken cancellationToken)
    {
        Start();
        if (usage is not null)
        {
            format.WriteUsage(Begin(null), usage);
            _events.End();
        }

        _events.Done();
        return _events.FlushAsync(cancellationToken);
    }

    public ValueTask FailAsync(ApiError error, CancellationToken cancellationToken)
    {
        _events.Name("error"u8);
        JsonSerializer.Serialize(_events.Begin(), new ErrorDocument(error), ApiJson.Default.ErrorDocument);
        _events.End();
        return _events.FlushAsync(cancellationToken);
    }

    public void Dispose() => _events.Dispose();

    /// <param name="choice">Whose event; null for the usage.</param>
    private Utf8JsonWriter Begin(Choice? choice)
    {
        if (position is null)
            return _events.Begin();
        if (choice is null ? position.HasUsage() : position.Has(choice.Index))
            return _events.Drop();
        _events.Number(position);
        return _events.Begin();
    }

    private void Start()
    {
        if (Started)
            return;
        Started = true;
        _events.Start();
    }
}
