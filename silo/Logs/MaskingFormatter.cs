using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using OrleansInference.Tenancy.Audit.Masking;

namespace OrleansInference.Silo.Logs;

/// <summary>Masks personal data in the lines of another formatter.</summary>
internal sealed class MaskingFormatter(ConsoleFormatter inner, PersonalDataMask mask) : ConsoleFormatter(inner.Name)
{
    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        using StringWriter line = new();
        inner.Write(entry, scopeProvider, line);
        textWriter.Write(mask.Apply(line.ToString()));
    }
}
