using OrleansInference.Models;

namespace OrleansInference.Silo.Logs;

/// <summary>
/// Levels of the log: <c>Logging:LogLevel</c> of the configuration (<c>Logging__LogLevel__CATEGORY</c> in the environment), and defaults for categories that it
/// does not name. A named category also sets the categories below it.
/// </summary>
internal static class LogLevels
{
    private const string Section = "Logging:LogLevel";

    // About a lost node these categories repeat, for each sender, what our own categories log once.
    private static readonly (string Category, LogLevel Level)[] Quiet =
    [
        ("Microsoft", LogLevel.Warning),
        ("System", LogLevel.Warning),
        ("Npgsql", LogLevel.Warning),
        ("OpenTelemetry", LogLevel.Warning),
        ("Orleans", LogLevel.Error),
        ("Polly", LogLevel.Critical), // Orleans retries a grain that cannot be placed
        ("Orleans.Messaging", LogLevel.Critical), // a message to a lost node is dropped, and its sender repeats it
        ("Orleans.Runtime.GrainCallCancellationManager", LogLevel.Critical),
        ("Orleans.Runtime.MembershipService.MembershipTableManager", LogLevel.Critical), // SelfEviction logs that the silo was declared dead
        ("Orleans.Runtime.Silo", LogLevel.Critical), // a failed start throws its error
        ("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None), // NodeExit logs why the host ends
    ];

    /// <summary>Applies the levels.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the message names the category, its level and the valid levels.</exception>
    public static void Apply(ILoggingBuilder logging, IConfiguration configuration)
    {
        Dictionary<string, LogLevel> given = Read(configuration);
        LogLevel standard = given.GetValueOrDefault("Default", LogLevel.Information);
        logging.SetMinimumLevel(standard);
        if (!given.ContainsKey(nameof(OrleansInference)))
        {
            // Filters compare prefixes of names, and our names begin as those of Orleans do.
            logging.AddFilter(nameof(OrleansInference), standard);
        }

        foreach ((string category, LogLevel level) in Quiet)
        {
            if (!given.Keys.Any(name => category.Equals(name, StringComparison.OrdinalIgnoreCase) || category.StartsWith(name + ".", StringComparison.OrdinalIgnoreCase)))
            {
                logging.AddFilter(category, level > standard ? level : standard);
            }
        }
    }

    private static Dictionary<string, LogLevel> Read(IConfiguration configuration)
    {
        Dictionary<string, LogLevel> given = new(StringComparer.OrdinalIgnoreCase);
        foreach (IConfigurationSection category in configuration.GetSection(Section).GetChildren())
        {
            if (!Enum.TryParse(category.Value, ignoreCase: true, out LogLevel level) || !Enum.IsDefined(level))
            {
                InferenceException.Throw(
                    ErrorCode.InvalidOption, $"{Section}:{category.Key} is {category.Value}; expected one of {string.Join(", ", Enum.GetNames<LogLevel>())}.", category.Path);
            }

            given[category.Key] = level;
        }

        return given;
    }
}
