using System.Diagnostics;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Measurement;

/// <summary>What <see cref="EngineBenchmark"/> found. Rates are medians over the run; shares are medians of the shares of neighbouring measurements.</summary>
public sealed record EngineFigures
{
    public required double PrefillTokensPerSecond { get; init; }

    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Plain read of a large buffer by all threads, 10^9 bytes a second.</summary>
    public required double MemoryReadGbPerSecond { get; init; }

    /// <summary>Bytes of weights and pages that decoding reads a second, over the plain read's.</summary>
    public required double DecodeRooflineShare { get; init; }

    /// <summary>Float32 multiply-adds from registers, 10^9 operations a second.</summary>
    public required double PeakGflops { get; init; }

    /// <summary>Operations of the prefill's matrix products a second, over the peak's.</summary>
    public required double PrefillPeakShare { get; init; }

    /// <summary>From opening the checkpoint to a model that is ready to compute.</summary>
    public required double LoadSeconds { get; init; }
}

/// <summary>
/// Measures prefill and decode of one sequence against what the machine can do. The roofline is measured between the rounds, so that a machine that is
/// shared with others is judged by what it could give at that moment.
/// </summary>
public static class EngineBenchmark
{
    private const int Rounds = 3;
    private const int DecodeSegments = 8;

    /// <param name="directory">The checkpoint.</param>
    /// <param name="promptTokens">Tokens prefilled in one step.</param>
    /// <param name="generateTokens">Tokens decoded after each prefill.</param>
    /// <param name="options">How to load the model; steps take at least the prompt.</param>
    public static EngineFigures Run(string directory, int promptTokens, int generateTokens, ComputeOptions options, IProgress<LoadProgress>? progress = null)
    {
        if (promptTokens < 1 || generateTokens < 1)
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"The prompt has {promptTokens} tokens and {generateTokens} are to be generated; both must be at least 1.");
        }

        long start = Stopwatch.GetTimestamp();
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        using ModelExecutor model = ModelExecutor.Load(
            checkpoint, options with { MaxStepTokens = Math.Max(promptTokens, options.MaxStepTokens), MaxLogitRows = 1, KvBytes = null }, progress);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (promptTokens + generateTokens > model.MaxPositions)
        {
            InferenceException.Throw(ErrorCode.ContextTooLong, $"{promptTokens} + {generateTokens} tokens exceed the model's {model.MaxPositions} positions.");
        }

        using Roofline roofline = new(options.Threads);
        Sequence sequence = new(model, promptTokens, generateTokens);
        List<double> prefill = [], prefillShare = [], peak = [], decode = [], decodeShare = [], read = [];
        for (int round = 0; round <= Rounds; round++)
        {
            double peakBefore = roofline.MeasureFlops();
            double prefillSeconds = sequence.Prefill();
            double peakNow = (peakBefore + roofline.MeasureFlops()) / 2;
            List<double> segmentShares = [], segmentRates = [], segmentReads = [];
            double readBefore = roofline.MeasureReadBytesPerSecond();
            for (int done = 0; done < generateTokens;)
            {
                int count = Math.Min(Math.Max(1, generateTokens / DecodeSegments), generateTokens - done);
                double bytes = sequence.BytesOf(done, count);
                double seconds = sequence.Decode(done, count);
                double readAfter = roofline.MeasureReadBytesPerSecond();
                segmentReads.Add((readBefore + readAfter) / 2);
                segmentRates.Add(count / seconds);
                segmentShares.Add(bytes / seconds / segmentReads[^1]);
                readBefore = readAfter;
                done += count;
            }

            // The first round warms up: just-in-time compilation, page tables, the clock.
            if (round > 0)
            {
                peak.Add(peakNow);
                prefill.Add(promptTokens / prefillSeconds);
                prefillShare.Add(sequence.PrefillOperations / prefillSeconds / peakNow);
                decode.AddRange(segmentRates);
                decodeShare.AddRange(segmentShares);
                read.AddRange(segmentReads);
            }
        }

        return new EngineFigures
        {
            PrefillTokensPerSecond = Median(prefill),
            DecodeTokensPerSecond = Median(decode),
            MemoryReadGbPerSecond = Median(read) / 1e9,
            DecodeRooflineShare = Median(decodeShare),
            PeakGflops = Median(peak) / 1e9,
            PrefillPeakShare = Median(prefillShare),
            LoadSeconds = loadSeconds,
        };
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }

    private sealed class Sequence
    {
        private readonly ModelExecutor _model;
        private readonly StepBatch _batch = new();
        private readonly float[] _logits;
        private readonly int[] _tokens;
        private readonly int[] _pages;
        private readonly int _prompt;

        public Sequence(ModelExecutor model, int prompt, int generate)
        {
            (_model, _prompt) = (model, prompt);
            _logits = new float[model.VocabularySize];
            _pages = [.. Enumerable.Range(0, KvLayout.PagesFor(prompt + generate))];
            if (_pages.Length > model.PageCount)
            {
                InferenceException.Throw(ErrorCode.ContextTooLong, $"{prompt} + {generate} tokens need {_pages.Length} pages; the pool has {model.PageCount}.");
            }

            Random random = new(1);
            _tokens = [.. Enumerable.Range(0, prompt + generate).Select(_ => random.Next(model.VocabularySize))];
        }

        /// <summary>A multiply and an add for every weight of the layers and every row, and for the head once.</summary>
        public double PrefillOperations => 2.0 * (((double)_model.LayerParameters * _prompt) + _model.HeadParameters);

        /// <summary>Bytes that decoding these tokens reads: the weights, and the keys and values of all earlier tokens.</summary>
        public double BytesOf(int first, int count) =>
            (double)count * (_model.WeightBytes + ((_prompt + first + (count / 2.0)) * _model.KvBytes / _model.PageCount / KvLayout.PageTokens));

        public double Prefill()
        {
            long start = Stopwatch.GetTimestamp();
            Execute(_tokens.AsSpan(0, _prompt), 0);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        public double Decode(int first, int count)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = first; i < first + count; i++)
            {
                Execute(_tokens.AsSpan(_prompt + i, 1), _prompt + i);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        private void Execute(ReadOnlySpan<int> tokens, int position)
        {
            _batch.Clear();
            _batch.Add(tokens, position, _pages.AsSpan(0, KvLayout.PagesFor(position + tokens.Length)), LogitRows.Last);
            _model.Execute(_batch, _logits);
        }
    }
}
