using OrleansInference.Models;

namespace OrleansInference.Settings;

/// <summary>Given values of settings.</summary>
public sealed class SettingValues
{
    private readonly Setting[] _settings;
    private readonly Dictionary<string, string>[] _sources; // in the order of their precedence

    internal SettingValues(Setting[] settings, Dictionary<string, string>[] sources)
    {
        _settings = settings;
        _sources = sources;
    }

    /// <summary>Treats two settings as one, such as a value and the file that contains it: if a later source has one of them, it replaces the other one of an earlier source.</summary>
    public SettingValues Alternatives(string key, string other)
    {
        int last = Array.FindLastIndex(_sources, source => source.ContainsKey(key) || source.ContainsKey(other));
        foreach (Dictionary<string, string> earlier in _sources.AsSpan(0, Math.Max(last, 0)))
        {
            earlier.Remove(key);
            earlier.Remove(other);
        }

        return this;
    }

    /// <summary>Creates options of a type from the given values, with defaults otherwise.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the message names the key, the value, its source, and what was expected.</exception>
    public T Bind<T>()
        where T : class, new()
    {
        T options = new();
        foreach (Setting setting in _settings.Where(static setting => setting.IsOf(typeof(T))))
        {
            int source = Array.FindLastIndex(_sources, values => values.ContainsKey(setting.Key));
            if (source >= 0)
            {
                string text = _sources[source][setting.Key];
                if (!setting.TryRead(text, out object? value))
                {
                    string where = source switch { 0 => SettingSet.FileName, 1 => setting.Variable, _ => setting.Option.Name };
                    InferenceException.Throw(ErrorCode.InvalidOption, $"{setting.Key} is '{text}' ({where}); expected {setting.Expected}.", setting.Key);
                }

                setting.Set(options, value);
            }
        }

        return options;
    }
}
