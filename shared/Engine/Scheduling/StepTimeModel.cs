using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// A model of the time of a step in seconds, fitted to recent steps: fixed + row · rows + attended · (tokens that the rows attend to) for decoding, and in addition (token + context ·
/// position) for each prompt token of a chunk.
/// </summary>
internal sealed class StepTimeModel
{
    // Estimates until a step has been observed: 64 prompt tokens take as long as the target, and a row takes a quarter of the fixed time. Steps of one size do not determine the row's
    // part. An initial estimate that is too high leads to steps of other sizes, which correct it; one that is too low would never be corrected.
    private const double PromptTokensInTarget = 64;
    private const double RowPart = 0.25;
    private const double AttendedScale = 1.0 / 1024;

    // The time for attended tokens is determined by steps that attend to thousands of tokens. In short prompts it is the smallest part.
    private const double AttendedPriorWeight = 0.1;

    // Times are limited to this multiple of the estimate, because a longer step was delayed by other work. If the machine becomes slower, the limit grows with the estimate.
    private const double Outlier = 2;
    private const int MinObservations = 4;
    private const int MaxMixedSteps = 16;

    // Factors by which the time of a step is planned below the target, because estimates err. With several steps in flight the factor is lower, because they wait for each other's
    // chunks on stages of different speed.
    private const double SingleStepMargin = 0.9;
    private const double PipelinedMargin = 0.78;

    private readonly double _target; // seconds
    private readonly LeastSquares _prompt;
    private LeastSquares _decode = new((0, 0), (0, 0), (0, AttendedPriorWeight));
    private int _mixed; // number of steps with rows and prompts since the last one with rows alone

    /// <param name="target">The inter-token target.</param>
    public StepTimeModel(TimeSpan target)
    {
        _target = target.TotalSeconds;
        _prompt = new LeastSquares((_target / PromptTokensInTarget, 0), (0, AttendedPriorWeight));
    }

    /// <summary>Whether decoding steps have been observed.</summary>
    public bool Known => _decode.Observations > 0;

    /// <summary>Seconds for one more decoding row.</summary>
    public double Row => _decode.Coefficient(1);

    /// <summary>Returns the maximum estimated seconds of a step that keeps the inter-token target.</summary>
    /// <param name="depth">Steps in flight at the same time.</param>
    public double Aim(int depth) => _target * (depth == 1 ? SingleStepMargin : PipelinedMargin);

    /// <summary>Returns the seconds of a step that only decodes.</summary>
    /// <param name="rows">Number of its rows.</param>
    /// <param name="attended">Total number of tokens that the rows attend to.</param>
    public double Decode(double rows, double attended) =>
        _decode.Coefficient(0) + (_decode.Coefficient(1) * rows) + (_decode.Coefficient(2) * attended * AttendedScale);

    /// <summary>Returns the seconds of one prompt token after <paramref name="position"/> others.</summary>
    public double PromptToken(int position) => Math.Max(1e-9, _prompt.Coefficient(0) + (_prompt.Coefficient(1) * position * AttendedScale));

    /// <summary>Returns the number of rows that a decoding step can have within a time.</summary>
    public double RowsWithin(double seconds, double attendedPerRow) =>
        (seconds - _decode.Coefficient(0)) / Math.Max(1e-12, _decode.Coefficient(1) + (_decode.Coefficient(2) * attendedPerRow * AttendedScale));

    /// <summary>Returns the tokens that the step loses for one more row: the row's share of the step's time, multiplied by the tokens that the step generates.</summary>
    public double Price(double rows, double attended)
    {
        double time = Decode(rows, attended);
        return Known && time > 0 ? Row * rows / time : 0.05 * rows;
    }

    public void Observe(in StepLoad load, double seconds)
    {
        double decode = Decode(load.Rows, load.Attended);
        if (load.PromptTokens == 0)
        {
            _mixed = 0;
            ObserveDecode(load, decode, seconds);
            return;
        }

        // The weight per observation is close to a weight per token, so that short prompts count in addition to chunks of hundreds of tokens.
        double weight = 1 / Math.Sqrt(load.PromptTokens);
        double prompts = Bound(Math.Max(0, seconds - decode), Prompts(load), _prompt.Observations);
        _prompt.Observe([load.PromptTokens * weight, load.PromptAttended * AttendedScale * weight], prompts * weight);
        if (load.Rows > 0 && Known && ++_mixed > MaxMixedSteps)
        {
            // After many mixed steps without a step of rows alone, the decoding part is fitted to the time that the prompts leave.
            ObserveDecode(load, decode, Math.Max(0, seconds - Prompts(load)));
        }
    }

    private void ObserveDecode(in StepLoad load, double expected, double seconds)
    {
        if (!Known)
        {
            double unit = seconds / (1 + (RowPart * load.Rows));
            _decode = new LeastSquares((unit, 0), (RowPart * unit, 0), (0, AttendedPriorWeight));
        }

        _decode.Observe([1, load.Rows, load.Attended * AttendedScale], Bound(seconds, expected, _decode.Observations));
    }

    private double Prompts(in StepLoad load) =>
        (load.PromptTokens * _prompt.Coefficient(0)) + (load.PromptAttended * AttendedScale * _prompt.Coefficient(1));

    private static double Bound(double seconds, double expected, int observations) =>
        observations >= MinObservations && expected > 0 ? Math.Min(seconds, Outlier * expected) : seconds;
}
