using System.CommandLine;
using Microsoft.Extensions.Configuration;
using OrleansInference.Models;

namespace OrleansInference.Settings;

/// <summary>The settings that a command takes, and where their values come from: <see cref="FileName"/>, then the environment, then the command line; the last one has precedence.</summary>
public sealed class SettingSet
{
    /// <summary>The file in the working directory.</summary>
    public const string FileName = "appsettings.json";

    private readonly Setting[] _settings;

    /// <param name="types">The options types whose settings these are.</param>
    public SettingSet(params Type[] types)
        : this([.. types.SelectMany(Setting.Of)])
    {
    }

    private SettingSet(Setting[] settings) => _settings = settings;

    public IReadOnlyList<Setting> All => _settings;

    /// <summary>The same settings without some.</summary>
    public SettingSet Without(params string[] keys) => new([.. _settings.Where(setting => !keys.Contains(setting.Key))]);

    public void AddTo(Command command)
    {
        foreach (Setting setting in _settings)
        {
            command.Options.Add(setting.Option);
        }
    }

    /// <summary>Reads the values for a command.</summary>
    /// <param name="parse">Its command line.</param>
    /// <param name="strict">Whether a key of the file that is not a setting is refused; for the command that takes all of them.</param>
    /// <param name="file">Path of the file; the one in the working directory by default.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the file is malformed, or has an unknown key.</exception>
    public SettingValues Read(ParseResult parse, bool strict = false, string? file = null)
    {
        Dictionary<string, string> environment = [];
        foreach (Setting setting in _settings)
        {
            if (Environment.GetEnvironmentVariable(setting.Variable) is { Length: > 0 } variable)
            {
                environment[setting.Key] = variable;
            }
        }

        return new SettingValues(_settings, [ReadFile(Path.GetFullPath(file ?? FileName), strict), environment, CommandLine(parse)]);
    }

    /// <summary>Reads the values of the command line alone.</summary>
    public SettingValues ReadCommandLine(ParseResult parse) => new(_settings, [[], [], CommandLine(parse)]);

    private Dictionary<string, string> CommandLine(ParseResult parse)
    {
        Dictionary<string, string> values = [];
        foreach (Setting setting in _settings)
        {
            if (parse.GetValue(setting.Option) is [.., string given])
            {
                values[setting.Key] = given;
            }
        }

        return values;
    }

    private Dictionary<string, string> ReadFile(string path, bool strict)
    {
        Dictionary<string, string> values = [];
        IConfigurationRoot configuration;
        try
        {
            configuration = new ConfigurationBuilder().AddJsonFile(path, optional: true).Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, $"{exception.Message} {exception.InnerException?.Message}".TrimEnd(), FileName, exception);
        }

        foreach (IConfigurationSection entry in configuration.GetChildren())
        {
            if (_settings.FirstOrDefault(setting => setting.Key.Equals(entry.Key, StringComparison.OrdinalIgnoreCase)) is { } known)
            {
                // A list may be an array, and a map an object.
                values[known.Key] = entry.Value ?? string.Join(',', entry.GetChildren().Select(item => known.IsMap ? $"{item.Key}={item.Value}" : item.Value));
            }
            else if (strict && entry.Value is not null) // sections such as Api and Logging are the host's
            {
                InferenceException.Throw(ErrorCode.InvalidOption, $"{path} has the key '{entry.Key}', which is not a setting; docs/CONFIGURATION.md and 'serve --help' list all.", entry.Key);
            }
        }

        return values;
    }
}
