namespace OrleansInference.Engine.Scheduling;

/// <summary>Observes the requests and the steps of a router, on its thread.</summary>
public interface IRequestObserver
{
    /// <summary>A request was submitted. The observer may give it a span.</summary>
    void OnSubmitted(RoutedRequest request);

    /// <summary>A step was handed out.</summary>
    /// <param name="rows">Tokens that it computes.</param>
    void OnStep(int rows);

    /// <summary>A request has ended: all of its choices have, or it was cancelled, or it failed.</summary>
    void OnEnded(RoutedRequest request, Exception? error);
}
