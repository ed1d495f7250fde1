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

/// <summary>Kinds of errors; the API maps each code to one HTTP status and OpenAI error type.</summary>
public enum ErrorCode
{
    /// <summary>The caller's request is malformed or a value is out of range.</summary>
    InvalidRequest,

    /// <summary>The request asks for a feature that is not honoured here.</summary>
    UnsupportedField,

    /// <summary>Prompt plus requested tokens exceed the model's context.</summary>
    ContextTooLong,

    /// <summary>No model of that name is served.</summary>
    ModelNotFound,

    /// <summary>The caller's credentials are missing or wrong.</summary>
    Unauthorized,

    /// <summary>The queue is full or a deadline cannot be met; <see cref="InferenceException.RetryAfter"/> says when to try again.</summary>
    Overloaded,

    /// <summary>The model cannot be served at the moment.</summary>
    Unavailable,

    /// <summary>A checkpoint file is missing, truncated, malformed or not of the expected shape.</summary>
    InvalidCheckpoint,

    /// <summary>tokenizer.json is malformed or uses a component that is not supported.</summary>
    InvalidTokenizer,

    /// <summary>A chat template does not parse, exceeds its limits or raised an error of its own.</summary>
    InvalidTemplate,

    /// <summary>An option of the process has a value out of its range.</summary>
    InvalidOption,

    /// <summary>The device has not enough memory for the request.</summary>
    OutOfMemory,

    /// <summary>A defect of ours.</summary>
    Internal,

    /// <summary>The caller's credentials do not permit the request.</summary>
    Forbidden,

    /// <summary>A thing that the request names does not exist, or belongs to another tenant.</summary>
    NotFound,

    /// <summary>The request creates a thing that exists, or changes one that another request has changed.</summary>
    Conflict,

    /// <summary>A budget of tokens of the caller's tenant or key is used.</summary>
    BudgetExceeded,
}
