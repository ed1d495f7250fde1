using Microsoft.Extensions.FileProviders;
using OrleansInference.Settings;

namespace OrleansInference.Silo.Logs;

/// <summary>Configuration in addition to the node's settings, such as API keys and log levels.</summary>
internal static class NodeConfiguration
{
    /// <summary>Adds <c>appsettings.json</c> of the working folder, and the environment, which has precedence.</summary>
    /// <param name="configuration">The configuration to which they are added.</param>
    /// <param name="reload">Whether a changed file is read again. It is checked every few seconds: a file watch would cover the whole folder.</param>
    public static void AddSources(IConfigurationBuilder configuration, bool reload)
    {
        string path = Path.GetFullPath(SettingSet.FileName);
        configuration.AddJsonFile(source =>
        {
            source.Path = Path.GetFileName(path);
            source.Optional = true;
            source.ReloadOnChange = reload && File.Exists(path);
            source.FileProvider = new PhysicalFileProvider(Path.GetDirectoryName(path)!) { UsePollingFileWatcher = true, UseActivePolling = true };
        });
        configuration.AddEnvironmentVariables();
    }

    /// <summary>Creates a log for the code that runs before the host.</summary>
    public static ILoggerFactory CreateLog()
    {
        ConfigurationBuilder configuration = new();
        AddSources(configuration, reload: false);
        return LoggerFactory.Create(logging => logging.AddNodeLog(configuration.Build(), LogOutput.IsJson));
    }
}
