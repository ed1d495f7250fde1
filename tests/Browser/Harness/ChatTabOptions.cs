using Microsoft.Playwright;

namespace OrleansInference.Browser.Harness;

/// <summary>Preferences and window size that the browser reports to the page.</summary>
public sealed record ChatTabOptions
{
    public int Width { get; init; } = 1100;

    public int Height { get; init; } = 800;

    public bool Dark { get; init; }

    public bool Touch { get; init; }

    public ReducedMotion Motion { get; init; } = ReducedMotion.Reduce;
}
