using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace OrleansInference.Silo.Logs;

/// <summary>Formats one line for each entry: time, level, category and message. For our own categories only the last part is shown.</summary>
internal sealed class PlainFormatter(IOptionsMonitor<ConsoleFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string category = entry.Category.StartsWith(nameof(OrleansInference) + ".", StringComparison.Ordinal) ? entry.Category[(entry.Category.LastIndexOf('.') + 1)..] : entry.Category;
        string message = entry.Formatter(entry.State, entry.Exception);
        string line = entry.Exception is null ? message : $"{message} {entry.Exception}";
        textWriter.WriteLine($"{DateTime.UtcNow.ToString(options.CurrentValue.TimestampFormat, CultureInfo.InvariantCulture)} {Spell(entry.LogLevel)} {category}: {line.ReplaceLineEndings(" ")}");
    }

    private static string Spell(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
