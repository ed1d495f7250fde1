using System.Text;
using OrleansInference.Api.Generation;

namespace OrleansInference.Api.Audit;

/// <summary>Collects the text of an answer for the audit log while it is passed on.</summary>
internal sealed class AuditedSink(IChoiceSink inner) : IChoiceSink
{
    private readonly Lock _lock = new(); // the choices of several prompts are generated concurrently
    private readonly SortedDictionary<int, (StringBuilder Reasoning, StringBuilder Content)> _choices = [];

    /// <inheritdoc cref="AuditOutput.Text"/>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _choices.Values.Select(static choice => string.Concat(choice.Reasoning, choice.Content)));
            }
        }
    }

    public ValueTask WriteAsync(ChoiceUpdate update, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_choices.TryGetValue(update.Choice.Index, out (StringBuilder Reasoning, StringBuilder Content) text))
                _choices.Add(update.Choice.Index, text = (new(), new()));
            text.Reasoning.Append(update.Reasoning);
            text.Content.Append(update.Content);
        }

        return inner.WriteAsync(update, cancellationToken);
    }
}
