using OrleansInference.Models;

namespace OrleansInference.Silo.Hosting;

/// <summary>Middleware that admits requests when the node has become a member of its cluster. Before that, HTTP answers only whether the process lives and whether it is ready.</summary>
internal sealed class StartGate
{
    private volatile bool _isOpen;

    /// <summary>Admits requests from now on.</summary>
    public void Open() => _isOpen = true;

    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the node starts.</exception>
    public Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (!_isOpen && context.Request.Path.Value is not ("/alive" or "/health"))
        {
            InferenceException.Throw(ErrorCode.Unavailable, "The node is starting and has not joined its cluster yet; try again in a moment.", null);
        }

        return next(context);
    }
}
