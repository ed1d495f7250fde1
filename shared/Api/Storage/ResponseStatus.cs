namespace OrleansInference.Api.Storage;

/// <summary>State of a response.</summary>
public enum ResponseStatus
{
    /// <summary>Accepted in the background; generation has not started.</summary>
    Queued,

    /// <summary>Being generated.</summary>
    InProgress,

    /// <summary>Ended by the model.</summary>
    Completed,

    /// <summary>Ended by the token limit.</summary>
    Incomplete,

    /// <summary>Ended by an error.</summary>
    Failed,

    /// <summary>Ended by a client.</summary>
    Cancelled,
}

/// <summary>Names of the states, as in OpenAI's API and in the databases.</summary>
public static class ResponseStatuses
{
    private static readonly string[] Names = ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"];

    /// <summary>Returns the name of a state.</summary>
    public static string Name(this ResponseStatus status) => Names[(int)status];

    /// <summary>Returns whether a response in this state is, or will be, generated.</summary>
    public static bool IsRunning(this ResponseStatus status) => status is ResponseStatus.Queued or ResponseStatus.InProgress;

    /// <summary>Returns the state of a name.</summary>
    /// <exception cref="InvalidDataException">No state has the name.</exception>
    public static ResponseStatus Parse(string name) => Array.IndexOf(Names, name) is >= 0 and int index
        ? (ResponseStatus)index
        : throw new InvalidDataException($"'{name}' is not the state of a response; expected {string.Join(", ", Names)}.");
}
