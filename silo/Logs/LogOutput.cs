using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;
using OrleansInference.Tenancy.Audit.Masking;

namespace OrleansInference.Silo.Logs;

/// <summary>The log on the standard error output: lines for people, or JSON objects for programs.</summary>
internal static class LogOutput
{
    private const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Whether lines are JSON objects. Set once the options are read; earlier lines are plain.</summary>
    public static bool IsJson { get; set; }

    /// <summary>Mask of personal data in all lines. Set once the options are read.</summary>
    public static PersonalDataMask Mask { get; set; } = PersonalDataMask.All;

    /// <summary>Sends the log to the standard error output.</summary>
    /// <param name="logging">Logging of the host, or of the parts before it.</param>
    /// <param name="configuration">Configuration with the levels.</param>
    /// <param name="json">Whether lines are JSON objects.</param>
    public static void AddNodeLog(this ILoggingBuilder logging, IConfiguration configuration, bool json)
    {
        logging.ClearProviders();
        logging.AddConfiguration(configuration.GetSection("Logging"));
        LogLevels.Apply(logging, configuration);
        logging.AddConsoleFormatter<PlainFormatter, ConsoleFormatterOptions>(static plain => (plain.TimestampFormat, plain.UseUtcTimestamp) = (Time, true));
        logging.AddJsonConsole(static console =>
        {
            (console.TimestampFormat, console.UseUtcTimestamp, console.IncludeScopes) = (Time, true, true);
            console.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // with escapes, the mask would not find all data
        });
        MaskFormatters(logging.Services);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = json ? ConsoleFormatterNames.Json : PlainFormatter.FormatterName; // after AddJsonConsole, which chooses its own
        });
    }

    private static void MaskFormatters(IServiceCollection services)
    {
        PersonalDataMask mask = Mask;
        foreach (ServiceDescriptor formatter in services.Where(static service => service.ServiceType == typeof(ConsoleFormatter)).ToArray())
        {
            services.Remove(formatter);
            services.AddSingleton<ConsoleFormatter>(provider => new MaskingFormatter((ConsoleFormatter)ActivatorUtilities.CreateInstance(provider, formatter.ImplementationType!), mask));
        }
    }

    /// <summary>Writes a line outside a logger, for instance because the process ends with it.</summary>
    /// <param name="error">The standard error output.</param>
    /// <param name="level">Level of the line.</param>
    /// <param name="message">Text of the line.</param>
    /// <param name="trace">Stack trace of a defect.</param>
    public static void Write(TextWriter error, LogLevel level, string message, string? trace = null)
    {
        message = Mask.Apply(message);
        trace = trace is null ? null : Mask.Apply(trace);
        if (!IsJson)
        {
            error.WriteLine(message);
            if (trace is not null)
            {
                error.WriteLine(trace);
            }

            return;
        }

        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", DateTime.UtcNow.ToString(Time, System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("LogLevel", level.ToString());
            json.WriteString("Category", nameof(OrleansInference));
            json.WriteString("Message", message);
            if (trace is not null)
            {
                json.WriteString("Exception", trace);
            }

            json.WriteEndObject();
        }

        error.WriteLine(System.Text.Encoding.UTF8.GetString(line.ToArray()));
    }
}
