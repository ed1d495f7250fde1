using Microsoft.Extensions.FileProviders;
using OrleansInference.Cluster.Programs;
using OrleansInference.Silo.Logs;

namespace OrleansInference.Silo;

/// <summary>Reads <see cref="SiloOptions"/>: each key has three spellings.</summary>
internal static class SiloConfiguration
{
    private static readonly string[] Keys = [.. typeof(SiloOptions).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name)];

    /// <summary>Adds what is read besides settings, such as keys and levels of the log: <c>appsettings.json</c> of the working folder, and the environment, which has precedence.</summary>
    /// <param name="configuration">To add them to.</param>
    /// <param name="reload">Whether a file that changes is read again. It is looked at every few seconds: a watch would be one of the whole folder.</param>
    public static void AddSources(IConfigurationBuilder configuration, bool reload)
    {
        string path = Path.GetFullPath("appsettings.json");
        configuration.AddJsonFile(source =>
        {
            source.Path = Path.GetFileName(path);
            source.Optional = true;
            source.ReloadOnChange = reload && File.Exists(path);
            source.FileProvider = new PhysicalFileProvider(Path.GetDirectoryName(path)!) { UsePollingFileWatcher = true, UseActivePolling = true };
        });
        configuration.AddEnvironmentVariables();
    }

    /// <summary>A log for what is older than the host.</summary>
    public static ILoggerFactory CreateLog()
    {
        ConfigurationBuilder configuration = new();
        AddSources(configuration, reload: false);
        return LoggerFactory.Create(logging => logging.AddNodeLog(configuration.Build(), LogOutput.IsJson));
    }

    /// <exception cref="Models.InferenceException">A setting is unknown, or its value is out of its range.</exception>
    public static SiloOptions Read(string[] arguments)
    {
        Dictionary<string, string> switches = Keys.ToDictionary(SettingName.Switch);
        foreach (string unknown in arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal) && !switches.ContainsKey(argument.Split('=')[0])))
        {
            Models.InferenceException.Throw(Models.ErrorCode.InvalidOption, $"{unknown} is not a setting of a node; expected one of {string.Join(", ", switches.Keys)}.", unknown);
        }

        string secret = SettingName.Switch(nameof(SiloOptions.ClusterSecret));
        if (arguments.Any(argument => argument.Split('=')[0] == secret))
        {
            string message = $"{secret} is refused, since everybody on this machine can read command lines; expected the variable {SettingName.Variable(nameof(SiloOptions.ClusterSecret))}, "
                + $"or a file with the secret given by {SettingName.Switch(nameof(SiloOptions.ClusterSecretFile))}.";
            Models.InferenceException.Throw(Models.ErrorCode.InvalidOption, message, nameof(SiloOptions.ClusterSecret));
        }

        Dictionary<string, string?> variables = Keys
            .Select(static key => (Key: key, Value: Environment.GetEnvironmentVariable(SettingName.Variable(key))))
            .Where(static pair => !string.IsNullOrEmpty(pair.Value))
            .ToDictionary(static pair => pair.Key, static pair => pair.Value);
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
            .AddInMemoryCollection(variables)
            .AddCommandLine(arguments, switches)
            .Build();
        SiloOptions options = new();
        try
        {
            configuration.Bind(options);
        }
        catch (InvalidOperationException error)
        {
            // The binder's message names the key and the value.
            throw new Models.InferenceException(Models.ErrorCode.InvalidOption, error.Message, null, error);
        }

        LogOutput.IsJson = options.LogFormat == "json"; // also what is wrong with the other settings is said so

        // A value and its file are one setting: where the later source has one of them, it replaces the other of an earlier source.
        options.Postgres = Later(nameof(options.Postgres), nameof(options.PostgresFile), options.Postgres);
        options.PostgresFile = Later(nameof(options.PostgresFile), nameof(options.Postgres), options.PostgresFile);
        options.ClusterSecret = Later(nameof(options.ClusterSecret), nameof(options.ClusterSecretFile), options.ClusterSecret);
        options.ClusterSecretFile = Later(nameof(options.ClusterSecretFile), nameof(options.ClusterSecret), options.ClusterSecretFile);
        options.Validate();
        return options;

        string? Later(string key, string other, string? value) =>
            configuration.Providers.LastOrDefault(provider => provider.TryGet(key, out _) || provider.TryGet(other, out _)) is { } last && last.TryGet(key, out _) ? value : null;
    }
}
