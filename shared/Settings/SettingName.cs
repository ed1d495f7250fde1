using System.Text;

namespace OrleansInference.Settings;

/// <summary>Derives the other spellings of a setting's key, such as <c>KvMemory</c>.</summary>
public static class SettingName
{
    /// <summary>Prefix of the environment variables.</summary>
    public const string VariablePrefix = "ORLEANS_INFERENCE_";

    /// <summary>Returns the option on the command line, such as <c>--kv-memory</c>.</summary>
    public static string Switch(string key) => "--" + Separate(key, '-').ToLowerInvariant();

    /// <summary>Returns the environment variable, such as <c>ORLEANS_INFERENCE_KV_MEMORY</c>.</summary>
    public static string Variable(string key) => VariablePrefix + Separate(key, '_').ToUpperInvariant();

    private static string Separate(string key, char separator)
    {
        StringBuilder text = new();
        foreach (char letter in key)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append(separator);
            }

            text.Append(letter);
        }

        return text.ToString();
    }
}
