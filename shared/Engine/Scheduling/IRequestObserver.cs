namespace OrleansInference.Engine.Scheduling;

/// <summary>Observes the requests and the steps of a router, on its thread.</summary>
public interface IRequestObserver
{
    /// <summary>Called when a request was submitted. The observer may set its span.</summary>
    void OnSubmitted(RoutedRequest request);

    /// <summary>Called when a step was formed.</summary>
    /// <param name="rows">Number of tokens that it computes.</param>
    void OnStep(int rows);

    /// <summary>Called when a request has ended: all its choices have ended, or it was cancelled, or it failed.</summary>
    void OnEnded(RoutedRequest request, Exception? error);
}
