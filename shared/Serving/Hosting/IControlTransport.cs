namespace OrleansInference.Serving.Hosting;

/// <summary>The way between threads and nodes. What is lost on it the machines send again; it never blocks whoever sends.</summary>
internal interface IControlTransport
{
    /// <summary>Sends letters off, in their order where they have one destination.</summary>
    /// <param name="letters">The caller's own again on return.</param>
    void Deliver(IReadOnlyList<Letter> letters);
}
