using System.Text;
using OrleansInference.Api.Audit;

namespace OrleansInference.Api.Generation;

/// <summary>Collects the text of a stream for the audit log while it is passed on.</summary>
internal sealed class AuditedSink : IChoiceSink
{
    private readonly IChoiceSink _inner;
    private readonly SortedDictionary<int, (StringBuilder Reasoning, StringBuilder Content)> _choices = [];

    private AuditedSink(IChoiceSink inner) => _inner = inner;

    /// <summary>Records the output of a run in the line of its request, if it has one.</summary>
    /// <returns>The sink for the run.</returns>
    public static IChoiceSink For(IChoiceSink sink, RequestRun run, HttpContext context)
    {
        if (RequestAudit.Of(context) is not { } audit)
            return sink;
        AuditedSink recorded = new(sink);
        audit.SetOutput(() => AuditOutput.Of(recorded._choices.Values, run.Usage().CompletionTokens));
        return recorded;
    }

    public ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        if (!_choices.TryGetValue(update.Choice.Index, out (StringBuilder Reasoning, StringBuilder Content) text))
            _choices.Add(update.Choice.Index, text = (new(), new()));
        text.Reasoning.Append(update.Reasoning);
        text.Content.Append(update.Content);
        return _inner.WriteAsync(update, cancellationToken);
    }
}
