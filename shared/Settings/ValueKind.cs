using System.Diagnostics.CodeAnalysis;
using OrleansInference.Models;

namespace OrleansInference.Settings;

/// <summary>Reads values of one kind as users write them, and writes them the same way.</summary>
public interface IValueKind
{
    /// <summary>What is expected, as the end of a sentence.</summary>
    string Expected { get; }

    /// <returns>False where the text is not a value of this kind.</returns>
    bool TryRead(string text, [NotNullWhen(true)] out object? value);

    /// <summary>The text of a value that <see cref="TryRead"/> reads.</summary>
    string Write(object value);
}

/// <inheritdoc cref="IValueKind"/>
/// <param name="expected">What is expected, as the end of a sentence.</param>
/// <param name="read">Null where the text is not a value of this kind.</param>
/// <param name="write">The text of a value.</param>
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

    /// <param name="name">Of what the text was given for, such as an option.</param>
    /// <param name="text">To read.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names it, the text and what was expected.</exception>
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

/// <summary>The result of reading a value.</summary>
/// <param name="IsValid">Whether there is one.</param>
/// <param name="Value">The value.</param>
public readonly record struct Read<T>(bool IsValid, T? Value);
