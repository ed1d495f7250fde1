using System.ComponentModel.DataAnnotations;

namespace OrleansInference.Silo.Settings;

/// <summary>Formats of the log.</summary>
public enum LogFormat
{
    /// <summary>One human-readable line for each event.</summary>
    Plain,

    /// <summary>One JSON object for each event.</summary>
    Json,
}

/// <summary>The log of the node.</summary>
public sealed record LogOptions
{
    [Display(Name = "LogFormat", GroupName = "Logs", Prompt = "FORMAT", Description = "Format of the log on standard error: plain, or json with one object in each line.")]
    public LogFormat Format { get; init; }
}
