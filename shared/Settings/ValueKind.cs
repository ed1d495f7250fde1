using System.Diagnostics.CodeAnalysis;
using OrleansInference.Models;

namespace OrleansInference.Settings;

/// <summary>Reads values of one kind in the form that users write, and writes them in the same form.</summary>
public interface IValueKind
{
    /// <summary>Description of the valid values, as the end of a sentence.</summary>
    string Expected { get; }

    /// <returns>Whether the text is a value of this kind.</returns>
    bool TryRead(string text, [NotNullWhen(true)] out object? value);

    /// <summary>Returns the text of a value in the form that <see cref="TryRead"/> reads.</summary>
    string Write(object value);
}

/// <inheritdoc cref="IValueKind"/>
/// <param name="expected">Description of the valid values, as the end of a sentence.</param>
/// <param name="read">Reads a text; its result is not valid if the text is not a value of this kind.</param>
/// <param name="write">Writes a value.</param>
public sealed class ValueKind<T>(string expected, Func<string, Read<T>> read, Func<T, string> write) : IValueKind
    where T : notnull
{
    public string Expected => expected;

    public bool TryRead(string text, [MaybeNullWhen(false)] out T value)
    {
        Read<T> found = read(text);
        value = found.Value;
        return found.IsValid;
    }

    /// <param name="name">Name of the option or setting.</param>
    /// <param name="text">Text to read.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the message names the option, the text and what was expected.</exception>
    public T Require(string name, string text) => TryRead(text, out T? value)
        ? value
        : throw new InferenceException(ErrorCode.InvalidOption, $"{name} is '{text}'; expected {expected}.", name);

    bool IValueKind.TryRead(string text, [NotNullWhen(true)] out object? value)
    {
        bool valid = TryRead(text, out T? found);
        value = found;
        return valid;
    }

    string IValueKind.Write(object value) => write((T)value);
}

/// <summary>Result of reading a value.</summary>
/// <param name="IsValid">Whether the text is a value.</param>
/// <param name="Value">Value.</param>
public readonly record struct Read<T>(bool IsValid, T? Value);
