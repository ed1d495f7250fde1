using System.Diagnostics;
using OrleansInference.Compute.Devices;
using OrleansInference.Compute.Stages;
using OrleansInference.Compute.Weights;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Measurement;

/// <summary>Result of <see cref="EngineBenchmark"/>. Rates are medians over the run; shares are medians of the shares of neighbouring measurements.</summary>
public sealed record EngineFigures
{
    public required double PrefillTokensPerSecond { get; init; }

    /// <summary>Of all sequences together.</summary>
    public required double DecodeTokensPerSecond { get; init; }

    /// <summary>Plain read of a large buffer by all threads, 10^9 bytes a second.</summary>
    public required double MemoryReadGbPerSecond { get; init; }

    /// <summary>Bytes of weights and pages that decoding reads a second, over the plain read's.</summary>
    public required double DecodeRooflineShare { get; init; }

    /// <summary>Float32 multiply-adds from registers, 10^9 operations a second.</summary>
    public required double PeakGflops { get; init; }

    /// <summary>Rate of the matrix products of decoding, divided by the peak: the limit with many sequences.</summary>
    public required double DecodePeakShare { get; init; }

    /// <summary>Operations of the prefill's matrix products a second, over the peak's.</summary>
    public required double PrefillPeakShare { get; init; }

    /// <summary>From opening the checkpoint to a model that is ready to compute.</summary>
    public required double LoadSeconds { get; init; }
}

/// <summary>
/// Measures prefill of one sequence and decode of one or several in a step against what the machine can do. The roofline is measured between the rounds, so that a machine that is
/// shared with others is judged by what it could give at that moment.
/// </summary>
public static class EngineBenchmark
{
    private const int Rounds = 3;
    private const int DecodeSegments = 8;

    /// <param name="directory">The checkpoint.</param>
    /// <param name="promptTokens">Tokens prefilled in one step.</param>
    /// <param name="generateTokens">Tokens decoded after each prefill, by each sequence.</param>
    /// <param name="streams">Sequences that decode in the same steps.</param>
    /// <param name="options">How to load the model; steps take at least the prompt.</param>
    public static EngineFigures Run(string directory, int promptTokens, int generateTokens, int streams, ComputeOptions options, IProgress<LoadProgress>? progress = null)
    {
        Require(promptTokens, generateTokens, streams);
        long start = Stopwatch.GetTimestamp();
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        using DeviceModel model = Load(checkpoint, promptTokens, generateTokens, streams, options, progress);
        double loadSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using Roofline roofline = new(options.Threads);
        Sequences sequences = new(checkpoint, model, promptTokens, generateTokens, streams);
        List<double> prefill = [], prefillShare = [], peak = [], decode = [], decodeShare = [], decodePeakShare = [], read = [];
        for (int round = 0; round <= Rounds; round++)
        {
            double peakBefore = roofline.MeasureFlops();
            double prefillSeconds = sequences.Prefill();
            double peakNow = (peakBefore + roofline.MeasureFlops()) / 2;
            List<double> segmentShares = [], segmentRates = [], segmentReads = [];
            double readBefore = roofline.MeasureReadBytesPerSecond();
            for (int done = 0; done < generateTokens;)
            {
                int count = Math.Min(Math.Max(1, generateTokens / DecodeSegments), generateTokens - done);
                double bytes = sequences.BytesOf(done, count);
                double seconds = sequences.Decode(done, count);
                double readAfter = roofline.MeasureReadBytesPerSecond();
                segmentReads.Add((readBefore + readAfter) / 2);
                segmentRates.Add(streams * count / seconds);
                segmentShares.Add(bytes / seconds / segmentReads[^1]);
                readBefore = readAfter;
                done += count;
            }

            // The first round warms up: just-in-time compilation, page tables, the clock.
            if (round > 0)
            {
                peak.Add(peakNow);
                prefill.Add(promptTokens / prefillSeconds);
                prefillShare.Add(sequences.PrefillOperations / prefillSeconds / peakNow);
                decode.AddRange(segmentRates);
                decodeShare.AddRange(segmentShares);
                decodePeakShare.AddRange(segmentRates.Select(rate => rate * sequences.OperationsPerToken / peakNow));
                read.AddRange(segmentReads);
            }
        }

        return new EngineFigures
        {
            PrefillTokensPerSecond = Median.Of(prefill),
            DecodeTokensPerSecond = Median.Of(decode),
            MemoryReadGbPerSecond = Median.Of(read) / 1e9,
            DecodeRooflineShare = Median.Of(decodeShare),
            PeakGflops = Median.Of(peak) / 1e9,
            DecodePeakShare = Median.Of(decodePeakShare),
            PrefillPeakShare = Median.Of(prefillShare),
            LoadSeconds = loadSeconds,
        };
    }

    /// <summary>Measures decode alternately alone and with busy loops.</summary>
    /// <param name="directory">The checkpoint.</param>
    /// <param name="promptTokens">Tokens prefilled before, in one step.</param>
    /// <param name="generateTokens">Tokens decoded until each sequence begins again after its prompt.</param>
    /// <param name="streams">Sequences that decode in the same steps.</param>
    /// <param name="options">How to load the model.</param>
    /// <param name="loops">How many loops there are.</param>
    /// <param name="start">Starts the loops; disposing the result ends them.</param>
    /// <param name="duration">Of each measurement, at least.</param>
    public static BesideFigures RunBeside(
        string directory,
        int promptTokens,
        int generateTokens,
        int streams,
        ComputeOptions options,
        int loops,
        Func<IDisposable> start,
        TimeSpan duration,
        IProgress<LoadProgress>? progress = null)
    {
        Require(promptTokens, generateTokens, streams);
        using Checkpoint checkpoint = Checkpoint.Open(directory);
        using DeviceModel model = Load(checkpoint, promptTokens, generateTokens, streams, options, progress);
        Sequences sequences = new(checkpoint, model, promptTokens, generateTokens, streams);
        sequences.Prefill();
        sequences.Decode(0, generateTokens); // warms up
        List<double> alone = [], beside = [];
        for (int round = 0; round < Rounds; round++)
        {
            alone.Add(sequences.DecodeFor(duration, generateTokens));
            using (start())
            {
                beside.Add(sequences.DecodeFor(duration, generateTokens));
            }
        }

        return new BesideFigures(Median.Of(alone), Median.Of(beside), FairPart.Of(options.Threads, loops, Environment.ProcessorCount));
    }

    private static void Require(int promptTokens, int generateTokens, int streams)
    {
        if (promptTokens < 1 || generateTokens < 1 || streams < 1)
        {
            InferenceException.Throw(
                ErrorCode.InvalidOption, $"The prompt has {promptTokens} tokens, and {streams} sequences generate {generateTokens} tokens; expected at least 1 of each.");
        }
    }

    private static DeviceModel Load(Checkpoint checkpoint, int promptTokens, int generateTokens, int streams, ComputeOptions options, IProgress<LoadProgress>? progress)
    {
        DeviceModel model = DeviceModel.LoadWhole(
            checkpoint, options with { MaxStepTokens = Math.Max(Math.Max(promptTokens, streams), options.MaxStepTokens), MaxLogitRows = streams, KvBytes = null }, progress);
        if (promptTokens + generateTokens > model.MaxPositions)
        {
            int positions = model.MaxPositions;
            model.Dispose();
            InferenceException.Throw(ErrorCode.ContextTooLong, $"{promptTokens} + {generateTokens} tokens exceed the model's {positions} positions.");
        }

        return model;
    }

    private sealed class Sequences
    {
        private readonly DeviceModel _model;
        private readonly StepBatch _batch = new();
        private readonly float[] _logits;
        private readonly int[] _tokens;
        private readonly int[][] _pages;
        private readonly int _prompt;
        private readonly long _weightBytes;
        private readonly double _layerParameters; // each takes part in one multiply-add for every row
        private readonly double _headParameters;
        private readonly double _tokenBytes; // of keys and values

        public Sequences(Checkpoint checkpoint, DeviceModel model, int prompt, int generate, int streams)
        {
            (_model, _prompt) = (model, prompt);
            List<UnitLayout> units = Stage.Units(checkpoint, new StageRange(0, model.LayerCount));
            _weightBytes = units.Sum(static unit => unit.Bytes);
            _headParameters = (double)checkpoint.Spec.Head.Outputs * checkpoint.Spec.Head.Inputs;
            _layerParameters = units.Where(static unit => unit.Name != Stage.HeadUnit)
                .SelectMany(static unit => unit.Entries)
                .Where(static entry => !entry.IsVector)
                .Sum(static entry => (double)entry.Outputs * entry.Inputs);
            _tokenBytes = (double)model.ReadPage(0, model.LayerCount, 0).Length / KvLayout.PageTokens;
            _logits = new float[(long)streams * model.VocabularySize];
            int pages = KvLayout.PagesFor(prompt + generate);
            if ((long)streams * pages > model.PageCount)
            {
                InferenceException.Throw(
                    ErrorCode.ContextTooLong, $"{streams} × ({prompt} + {generate}) tokens need {(long)streams * pages} pages; the pool has {model.PageCount}.");
            }

            _pages = [.. Enumerable.Range(0, streams).Select(stream => Enumerable.Range(stream * pages, pages).ToArray())];
            Random random = new(1);
            _tokens = [.. Enumerable.Range(0, prompt + generate).Select(_ => random.Next(model.VocabularySize))];
        }

        /// <summary>A multiply and an add for every weight of the layers and every row, and for the head once.</summary>
        public double PrefillOperations => 2.0 * ((_layerParameters * _prompt) + _headParameters);

        public double OperationsPerToken => 2.0 * (_layerParameters + _headParameters);

        /// <summary>Bytes that decoding these tokens reads: the weights, and each sequence's keys and values of all earlier tokens.</summary>
        public double BytesOf(int first, int count) =>
            count * (_weightBytes + (_pages.Length * (_prompt + first + (count / 2.0)) * _tokenBytes));

        /// <summary>Prefills the first sequence, which is measured; the others get copies of its pages.</summary>
        public double Prefill()
        {
            long start = Stopwatch.GetTimestamp();
            _batch.Clear();
            Add(0, 0, _prompt);
            _model.Execute(_batch, _logits.AsSpan(0, _model.VocabularySize));
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach (int[] pages in _pages.AsSpan(1))
            {
                for (int page = 0; page < KvLayout.PagesFor(_prompt); page++)
                {
                    _model.CopyPage(0, _model.LayerCount, _pages[0][page], pages[page]);
                }
            }

            return seconds;
        }

        public double Decode(int first, int count)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = first; i < first + count; i++)
            {
                _batch.Clear();
                for (int stream = 0; stream < _pages.Length; stream++)
                {
                    Add(stream, _prompt + i, 1);
                }

                _model.Execute(_batch, _logits);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        /// <summary>Decodes token after token, from the first again after the last, for so long.</summary>
        /// <returns>Tokens a second of all sequences.</returns>
        public double DecodeFor(TimeSpan duration, int generate)
        {
            double seconds = 0;
            int tokens = 0;
            while (seconds < duration.TotalSeconds)
            {
                seconds += Decode(tokens++ % generate, 1);
            }

            return _pages.Length * tokens / seconds;
        }

        private void Add(int stream, int position, int count) =>
            _batch.Add(_tokens.AsSpan(position, count), position, _pages[stream].AsSpan(0, KvLayout.PagesFor(position + count)), LogitRows.Last);
    }
}
