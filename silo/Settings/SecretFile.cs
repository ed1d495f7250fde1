using OrleansInference.Models;
using OrleansInference.Settings;

namespace OrleansInference.Silo.Settings;

/// <summary>Settings whose value may stand in a file of its own, since it is secret.</summary>
internal static class SecretFile
{
    /// <param name="name">Setting with the value.</param>
    /// <param name="value">The value, where it is given.</param>
    /// <param name="fileName">Setting with the file's path.</param>
    /// <param name="path">The path, where it is given.</param>
    /// <returns>The value; null where neither is given.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: both are given, or the file cannot be read. The value is in no message.</exception>
    public static string? Read(string name, string? value, string fileName, string? path)
    {
        if (path is null)
        {
            return value;
        }

        if (value is not null)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} and {fileName} are both given; expected one of them.", fileName);
        }

        try
        {
            string text = File.ReadAllText(path).Trim();
            return text.Length > 0 ? text : throw new InferenceException(ErrorCode.InvalidOption, $"{fileName} is {path}, which is empty.", fileName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(
                ErrorCode.InvalidOption, $"{fileName} is {path}, which cannot be read: {error.Message} Expected a file with the value of {name}, or the variable {SettingName.Variable(name)}.", fileName, error);
        }
    }
}
