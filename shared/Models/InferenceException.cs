using System.Diagnostics.CodeAnalysis;

namespace OrleansInference.Models;

/// <summary>The exception type of the system. The message names the thing, its value and what was expected.</summary>
public sealed class InferenceException : Exception
{
    public InferenceException(ErrorCode code, string message, string? parameter = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Parameter = parameter;
    }

    public ErrorCode Code { get; }

    /// <summary>The request field, option or file that caused the error, or null.</summary>
    public string? Parameter { get; }

    /// <summary>With <see cref="ErrorCode.Overloaded"/>: the wait after which the request can be expected to be taken.</summary>
    public TimeSpan? RetryAfter { get; init; }

    [DoesNotReturn]
    public static void Throw(ErrorCode code, string message, string? parameter = null) => throw new InferenceException(code, message, parameter);
}
