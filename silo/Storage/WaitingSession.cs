using OrleansInference.Serving.Control;

namespace OrleansInference.Silo.Storage;

/// <summary>The latest version of a session that is not written, and who waits for it.</summary>
internal sealed class WaitingSession(int number)
{
    public int Number => number;

    public required SessionRecord Record { get; set; }

    /// <summary>Of this version and of those before it that it took the place of, in order.</summary>
    public List<Action> Written { get; } = [];
}
