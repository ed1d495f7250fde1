using OrleansInference.Models;
using OrleansInference.Settings;

namespace OrleansInference.Silo.Settings;

/// <summary>Reads settings whose value may be in a separate file, because it is secret.</summary>
internal static class SecretFile
{
    /// <param name="name">Setting with the value.</param>
    /// <param name="value">The value; null if it is not set.</param>
    /// <param name="fileName">Setting with the file's path.</param>
    /// <param name="path">The path; null if it is not set.</param>
    /// <returns>The value; null if neither is set.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: both are set, or the file cannot be read. No message contains the value.</exception>
    public static string? Read(string name, string? value, string fileName, string? path)
    {
        if (path is null)
        {
            return value;
        }

        if (value is not null)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{name} and {fileName} are both set; expected one of them.", fileName);
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
