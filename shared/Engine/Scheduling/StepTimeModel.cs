using OrleansInference.Engine.Steps;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// How long a step takes, learnt from recent steps, in seconds: fixed + row · rows + attended · (tokens that the rows look at) for decoding, and
/// on top of it (token + context · position) for each prompt token of a chunk.
/// </summary>
internal sealed class StepTimeModel
{
    // Guesses until something was observed: 64 prompt tokens take as long as the target, and a row a quarter of what the step takes anyway. Steps of one
    // size tell nothing of the row's part. Then a guess that is too high makes steps of other sizes, which put it right; one too low would never be noticed.
    private const double PromptTokensInTarget = 64;
    private const double RowPart = 0.25;
    private const double AttendedScale = 1.0 / 1024;

    // That looking at tokens takes time is believed of steps that look at thousands, not of short prompts, of which it is the smallest part.
    private const double AttendedDoubt = 0.1;

    // What took so much longer than expected was held up by something else. Where a machine really gets slower, the bound grows with the estimate.
    private const double Outlier = 2;
    private const int Few = 4;
    private const int MostMixed = 16;

    private readonly LeastSquares _prompt;
    private LeastSquares _decode = new((0, 0), (0, 0), (0, AttendedDoubt));
    private int _mixed; // steps with rows and prompts since the last one with rows alone

    public StepTimeModel(TimeSpan target) => _prompt = new LeastSquares((target.TotalSeconds / PromptTokensInTarget, 0), (0, AttendedDoubt));

    /// <summary>Whether decoding steps have been observed.</summary>
    public bool Known => _decode.Observations > 0;

    /// <summary>Seconds for one more decoding row.</summary>
    public double Row => _decode.Coefficient(1);

    /// <summary>Seconds of a step that only decodes.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="attended">Tokens that these look at, in all.</param>
    public double Decode(double rows, double attended) =>
        _decode.Coefficient(0) + (_decode.Coefficient(1) * rows) + (_decode.Coefficient(2) * attended * AttendedScale);

    /// <summary>Seconds for one prompt token after <paramref name="position"/> others.</summary>
    public double PromptToken(int position) => Math.Max(1e-9, _prompt.Coefficient(0) + (_prompt.Coefficient(1) * position * AttendedScale));

    /// <summary>Rows that a decoding step has room for within a time.</summary>
    public double RowsWithin(double seconds, double attendedPerRow) =>
        (seconds - _decode.Coefficient(0)) / Math.Max(1e-12, _decode.Coefficient(1) + (_decode.Coefficient(2) * attendedPerRow * AttendedScale));

    /// <summary>Tokens that the step forgoes for one more row: the row's share of the step's time, in the tokens that the step gives.</summary>
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

        // By the token, nearly: the few tokens of short prompts count too, beside chunks of hundreds.
        double weight = 1 / Math.Sqrt(load.PromptTokens);
        double prompts = Bound(Math.Max(0, seconds - decode), Prompts(load), _prompt.Observations);
        _prompt.Observe([load.PromptTokens * weight, load.PromptAttended * AttendedScale * weight], prompts * weight);
        if (load.Rows > 0 && Known && ++_mixed > MostMixed)
        {
            // Nothing but mixed steps for long: each part learns from what the other leaves.
            ObserveDecode(load, decode, Math.Max(0, seconds - Prompts(load)));
        }
    }

    private void ObserveDecode(in StepLoad load, double expected, double seconds)
    {
        if (!Known)
        {
            double unit = seconds / (1 + (RowPart * load.Rows));
            _decode = new LeastSquares((unit, 0), (RowPart * unit, 0), (0, AttendedDoubt));
        }

        _decode.Observe([1, load.Rows, load.Attended * AttendedScale], Bound(seconds, expected, _decode.Observations));
    }

    private double Prompts(in StepLoad load) =>
        (load.PromptTokens * _prompt.Coefficient(0)) + (load.PromptAttended * AttendedScale * _prompt.Coefficient(1));

    private static double Bound(double seconds, double expected, int observations) =>
        observations >= Few && expected > 0 ? Math.Min(seconds, Outlier * expected) : seconds;
}
