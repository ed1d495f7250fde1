using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Scale;

/// <summary>Session that sends a request, receives the answer token by token, and sends the next request with all earlier tokens.</summary>
internal sealed class Conversation(PipelineRun run, ulong seed) : IRequestSink
{
    private ulong _seed = seed;
    private int _length;
    private int _asked;
    private double _start;
    private double _last;

    public int CachedPromptTokens { get; set; }

    /// <summary>Number of tokens so far.</summary>
    public int Length => _length;

    /// <summary>Starts with a given number of earlier tokens.</summary>
    public void Begin(int length) => _length = length;

    /// <summary>Copies the tokens so far, and those of the turn.</summary>
    public void CopyTo(Span<int> tokens)
    {
        for (int position = 0; position < tokens.Length; position++)
        {
            tokens[position] = TimedPipeline.TokenAt(_seed, position);
        }
    }

    /// <summary>Creates the next turn. A conversation that has grown to twice the average ends, and a new one starts.</summary>
    public GenerationRequest Ask(ScaleOptions options, ref SeededRandom random)
    {
        if (_length > 2 * options.Context)
        {
            _seed = random.Next();
            _length = 0;
        }

        _length += PipelineRun.Draw(ref random, options.Prompt);
        _asked = _length;
        _start = run.Now;
        _last = double.NaN;
        int[] prompt = new int[_length];
        CopyTo(prompt);
        return new GenerationRequest
        {
            RequestId = "",
            Prompt = prompt,
            MaxTokens = PipelineRun.Draw(ref random, options.Generate),
            IgnoreEos = true,
            Sampling = new SamplingParameters { Seed = _seed },
        };
    }

    public void Publish(in TokenEvent token)
    {
        double now = run.Now;
        if (double.IsNaN(_last))
        {
            run.First(now - _start, _asked, CachedPromptTokens);
        }
        else
        {
            run.Next(now - _last);
        }

        _last = now;
        _length++;
    }

    public void Complete(Exception? error) => run.Ended(this);
}
