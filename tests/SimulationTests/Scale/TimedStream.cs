using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.SimulationTests.Scale;

/// <summary>A stream of one tenant: asks again once it has its answer, after a pause in seconds. Notes how far it has come after every step.</summary>
internal sealed class TimedStream(string tenant, int number, int promptTokens, int generate, double pause = 0) : IRequestSink
{
    private readonly List<(double Time, double Progress)> _points = [];
    private int _requests;
    private int _generated;
    private double _last = double.NaN;
    private int _told;
    private double _answered = double.NegativeInfinity;

    public int CachedPromptTokens { get; set; }

    public bool Waits { get; private set; }

    public RoutedRequest? Routed { get; set; }

    /// <summary>Seconds between a token and the one before it in the same answer.</summary>
    public List<double> Gaps { get; } = [];

    /// <summary>When it stood where: whole numbers are requests, fractions their prompt and answer tokens alike.</summary>
    public IReadOnlyList<(double Time, double Progress)> Points => _points;

    /// <summary>When it asks again, as soon as there is anybody to hear it; meaningless while it waits.</summary>
    public double Asks => _answered + pause;

    public GenerationRequest Ask()
    {
        Waits = true;
        _generated = _told = 0;
        _last = double.NaN;
        _requests++;
        int[] prompt = [.. Enumerable.Range(0, promptTokens).Select(i => (i * 7919) + (number * 104729) + (_requests * 1299709))];
        return new GenerationRequest { RequestId = $"{tenant}{number}", Tenant = tenant, Prompt = prompt, MaxTokens = generate, IgnoreEos = true };
    }

    public void Publish(in TokenEvent token) => _generated++;

    public void Complete(Exception? error)
    {
        Assert.Null(error);
        Waits = false;
    }

    /// <summary>Notes where it stands.</summary>
    public void Note(double now)
    {
        for (; _told < _generated; _told++)
        {
            if (double.IsFinite(_last))
            {
                Gaps.Add(now - _last);
            }

            _last = now;
        }

        _answered = Waits ? double.NaN : double.IsNaN(_answered) ? now : _answered;
        int computed = Math.Min(Routed!.Sequence(0)!.Computed, promptTokens);
        double progress = Waits ? _requests - 1 + ((computed + _generated) / (double)(promptTokens + generate)) : _requests;
        double before = _points.Count == 0 ? 0 : _points[^1].Progress;
        if (progress > before || _points.Count == 0)
        {
            _points.Add((now, progress));
        }
    }

    /// <summary>What 99 of 100 gaps do not exceed.</summary>
    public double LongGap => Gaps.Order().ElementAt(Gaps.Count * 99 / 100);

    /// <summary>Where it stood at a moment, or with the columns exchanged when it stood there; evenly between two steps.</summary>
    public static double At(IReadOnlyList<(double X, double Y)> points, double x)
    {
        int low = 0, high = points.Count - 1;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = points[middle].X <= x ? (middle, high) : (low, middle);
        }

        (double x0, double y0) = points[low];
        (double x1, double y1) = points[high];
        return y0 + ((y1 - y0) * Math.Clamp((x - x0) / (x1 - x0), 0, 1));
    }
}
