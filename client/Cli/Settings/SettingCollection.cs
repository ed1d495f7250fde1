using System.Collections;
using System.CommandLine;
using Microsoft.Extensions.Configuration;
using OrleansInference.Models;

namespace OrleansInference.Cli.Settings;

/// <summary>The settings that a command takes, and where their values come from: appsettings.json, then the environment, then the command line; the last one wins.</summary>
internal sealed class SettingCollection(params Setting[] settings) : IEnumerable<Setting>
{
    public const string FileName = "appsettings.json";

    public void AddTo(Command command)
    {
        foreach (Setting setting in settings)
        {
            command.Options.Add(setting.Option);
        }
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: appsettings.json is malformed.</exception>
    public SettingReader Read(ParseResult parse)
    {
        Dictionary<string, string?> environment = [];
        Dictionary<string, string?> commandLine = [];
        foreach (Setting setting in settings)
        {
            if (Environment.GetEnvironmentVariable(setting.Variable) is { Length: > 0 } variable)
            {
                environment[setting.Key] = variable;
            }

            if (parse.GetValue(setting.Option) is string given)
            {
                commandLine[setting.Key] = given;
            }
        }

        return new SettingReader(Build(environment, commandLine));
    }

    public IEnumerator<Setting> GetEnumerator() => ((IEnumerable<Setting>)settings).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static IConfigurationRoot Build(Dictionary<string, string?> environment, Dictionary<string, string?> commandLine)
    {
        ConfigurationBuilder builder = new();
        builder.AddJsonFile(Path.Combine(AppContext.BaseDirectory, FileName), optional: true);
        builder.AddJsonFile(Path.GetFullPath(FileName), optional: true);
        builder.AddInMemoryCollection(environment).AddInMemoryCollection(commandLine);
        try
        {
            return builder.Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{exception.Message} {exception.InnerException?.Message}".TrimEnd(), FileName, exception);
        }
    }
}
