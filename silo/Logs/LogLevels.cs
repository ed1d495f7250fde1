using OrleansInference.Models;

namespace OrleansInference.Silo.Logs;

/// <summary>
/// The levels of the log: <c>Logging:LogLevel</c> of the configuration (<c>Logging__LogLevel__CATEGORY</c> in the environment), and defaults for categories that it does not name. A category that is named sets those below it too.
/// </summary>
internal static class LogLevels
{
    private const string Section = "Logging:LogLevel";

    // What these say of a lost node is said once by our own categories, and repeated by its senders meanwhile.
    private static readonly (string Category, LogLevel Level)[] Quiet =
    [
        ("Microsoft", LogLevel.Warning),
        ("System", LogLevel.Warning),
        ("Npgsql", LogLevel.Warning),
        ("OpenTelemetry", LogLevel.Warning),
        ("Orleans", LogLevel.Error),
        ("Polly", LogLevel.Critical), // a grain that finds no place is tried again by Orleans
        ("Orleans.Messaging", LogLevel.Critical), // a message to a node that is gone is dropped, and repeated by its sender
        ("Orleans.Runtime.GrainCallCancellationManager", LogLevel.Critical),
        ("Orleans.Runtime.MembershipService.MembershipTableManager", LogLevel.Critical), // SelfEviction says that the silo was declared dead
        ("Orleans.Runtime.Silo", LogLevel.Critical), // what a start failed with is thrown
        ("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None), // NodeExit says what ends the host
    ];

    /// <summary>Applies the levels.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the category, its level and the levels that there are.</exception>
    public static void Apply(ILoggingBuilder logging, IConfiguration configuration)
    {
        Dictionary<string, LogLevel> given = Read(configuration);
        LogLevel standard = given.GetValueOrDefault("Default", LogLevel.Information);
        logging.SetMinimumLevel(standard);
        if (!given.ContainsKey(nameof(OrleansInference)))
        {
            // Filters compare the beginnings of names, and ours begin as those of Orleans do.
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
