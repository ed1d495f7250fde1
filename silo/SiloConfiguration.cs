using OrleansInference.Serving.Hosting;

namespace OrleansInference.Silo;

/// <summary>Reads <see cref="SiloOptions"/>: each key has three spellings.</summary>
internal static class SiloConfiguration
{
    private static readonly string[] Keys = [.. typeof(SiloOptions).GetProperties().Where(static property => property.CanWrite).Select(static property => property.Name)];

    /// <exception cref="Models.InferenceException">A setting is unknown, or its value is out of its range.</exception>
    public static SiloOptions Read(string[] arguments)
    {
        Dictionary<string, string> switches = Keys.ToDictionary(SettingName.Switch);
        foreach (string unknown in arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal) && !switches.ContainsKey(argument.Split('=')[0])))
        {
            Models.InferenceException.Throw(Models.ErrorCode.InvalidOption, $"{unknown} is not a setting of a node; expected one of {string.Join(", ", switches.Keys)}.", unknown);
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

        options.Validate();
        return options;
    }
}
