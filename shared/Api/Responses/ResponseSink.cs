using OrleansInference.Api.Generation;
using OrleansInference.Engine.Requests;
using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Responses;

/// <summary>Converts the tokens of a response to its pieces.</summary>
internal sealed class ResponseSink(LiveResponse live, ResponseWork work) : IChoiceSink
{
    private readonly ToolCallSplitter? _calls = work.ParsesCalls ? new() : null;

    public FinishReason Finish { get; private set; }

    public ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        if (update.Reasoning.Length > 0)
            live.Add(new OutputPiece(OutputKind.Reasoning, update.Reasoning));
        if (_calls is null)
        {
            if (update.Content.Length > 0)
                live.Add(new OutputPiece(OutputKind.Text, update.Content));
        }
        else
        {
            Add(_calls.Append(update.Content));
        }

        Finish = update.Choice.Finish;
        if (Finish is not FinishReason.None)
            Add(_calls?.Flush() ?? []);
        return ValueTask.CompletedTask;
    }

    private void Add(IReadOnlyList<AnswerPart> parts)
    {
        foreach (AnswerPart part in parts)
        {
            live.Add(OutputPiece.From(part));
        }
    }
}
