using System.Text.Json;
using OrleansInference.Api.Errors;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>
/// Sends the answer as OpenAI's stream of chunks: for each choice a start, its deltas and a finish, then the usage if requested, then <c>[DONE]</c>. The
/// response starts with the first update, so that an earlier failure is an ordinary HTTP error. A later failure is one event named <c>error</c> whose data is
/// OpenAI's error document, and the stream ends without <c>[DONE]</c>. Each event of a resumable stream has an id. Events that the client has received are
/// generated again, so that the text continues from them, but not sent. Once the response has started, silent intervals get comments.
/// </summary>
internal sealed class StreamingSink : IChoiceSink, IAsyncDisposable
{
    private readonly IAnswerFormat _format;
    private readonly StreamPosition? _position;
    private readonly EventStream _events;
    private readonly KeepAlive _keepAlive;
    private readonly bool[] _startedChoices;

    /// <param name="context">Context of the response.</param>
    /// <param name="format">Format of the events.</param>
    /// <param name="choices">Number of choices of all prompts.</param>
    /// <param name="position">Counts the events of a resumable stream; null if the stream is not resumable.</param>
    /// <param name="silence">Silence after which a comment is sent; zero for never.</param>
    /// <param name="time">Clock that measures the silence.</param>
    public StreamingSink(HttpContext context, IAnswerFormat format, int choices, StreamPosition? position, TimeSpan silence, TimeProvider time)
    {
        _format = format;
        _position = position;
        _events = new EventStream(context);
        _keepAlive = new KeepAlive(_events, silence, time, context.RequestAborted);
        _startedChoices = new bool[choices];
    }

    public bool Started { get; private set; }

    public async ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        await _keepAlive.EnterAsync(cancellationToken);
        try
        {
            Start();
            Write(update);
            await _events.FlushAsync(cancellationToken);
        }
        finally
        {
            _keepAlive.Leave();
        }
    }

    public async ValueTask CompleteAsync(Usage? usage, CancellationToken cancellationToken)
    {
        await _keepAlive.EnterAsync(cancellationToken);
        try
        {
            Start();
            if (usage is not null)
            {
                _format.WriteUsage(Begin(null), usage);
                _events.End();
            }

            _events.Done();
            await _events.FlushAsync(cancellationToken);
        }
        finally
        {
            _keepAlive.Leave();
        }
    }

    public async ValueTask FailAsync(ApiError error, CancellationToken cancellationToken)
    {
        await _keepAlive.EnterAsync(cancellationToken);
        try
        {
            _events.Name("error"u8);
            JsonSerializer.Serialize(_events.Begin(), new ErrorDocument(error), ApiJson.Default.ErrorDocument);
            _events.End();
            await _events.FlushAsync(cancellationToken);
        }
        finally
        {
            _keepAlive.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _keepAlive.DisposeAsync();
        _events.Dispose();
    }

    private void Write(ChoiceUpdate update)
    {
        Choice choice = update.Choice;
        if (!_startedChoices[choice.Index])
        {
            _startedChoices[choice.Index] = true;
            if (_format.HasStart(choice))
            {
                _format.WriteStart(Begin(choice), choice);
                _events.End();
            }
        }

        if (update.Reasoning.Length > 0 || update.Content.Length > 0 || choice.Released.Count > 0)
        {
            _format.WriteDelta(Begin(choice), update);
            _events.End();
        }

        if (choice.Finish is not FinishReason.None)
        {
            _format.WriteFinish(Begin(choice), choice);
            _events.End();
        }
    }

    /// <param name="choice">Choice of the event; null for the usage.</param>
    private Utf8JsonWriter Begin(Choice? choice)
    {
        if (_position is null)
            return _events.Begin();
        if (choice is null ? _position.HasUsage() : _position.Has(choice.Index))
            return _events.Drop();
        _events.Number(_position);
        return _events.Begin();
    }

    private void Start()
    {
        if (Started)
            return;
        Started = true;
        _events.Start();
        _keepAlive.Start();
    }
}
