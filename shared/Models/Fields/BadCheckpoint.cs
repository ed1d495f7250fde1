using System.Diagnostics.CodeAnalysis;

namespace OrleansInference.Models.Fields;

/// <summary>Creates the errors of checkpoint files; each names the file, its part, and what was expected.</summary>
internal static class BadCheckpoint
{
    private const int MaxQuoted = 120;

    [DoesNotReturn]
    public static void Throw(string path, string problem) => throw Error(path, problem);

    public static InferenceException Error(string path, string problem, Exception? inner = null) =>
        new(ErrorCode.InvalidCheckpoint, $"{path}: {problem}", Path.GetFileName(path), inner);

    /// <summary>Text from a file in a form that is safe to show: short and without control characters.</summary>
    public static string Quote(string text)
    {
        string shown = text.Length > MaxQuoted ? text[..MaxQuoted] + "…" : text;
        return "'" + string.Create(shown.Length, shown, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
        }) + "'";
    }
}
