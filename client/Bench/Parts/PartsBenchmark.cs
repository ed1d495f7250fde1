using System.Text;
using OrleansInference.Cluster.Planning;
using OrleansInference.Compute.Measurement;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Text.Templates;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Bench.Parts;

/// <summary>Measures the costs of a request outside the model: tokenizer, chat template, sampling and planning.</summary>
public static class PartsBenchmark
{
    private const int Rounds = 9;
    private const int TextBytes = 1 << 20;
    private const int Messages = 200;
    private const int Layers = 128;
    private const int Devices = 64;

    // Spaces, numbers, punctuation, two other scripts and code, as prompts contain them.
    private static readonly string[] Passages =
    [
        "The quick brown fox jumps over 13 lazy dogs; nobody's counting, of course. ",
        "In 2024, revenue rose by 7.5 % (to $1,234,567.89), while costs didn't.\n\n",
        "for (int i = 0; i < rows; i++)\n{\n    sum += values[i] * weights[i];\n}\n",
        "Übermäßig große Straßen führen über Köln. ",
        "今天天气很好，我们去公园散步吧。",
    ];

    /// <param name="tokenizer">Tokenizer of the checkpoint.</param>
    /// <param name="template">Chat template of the checkpoint; may be null.</param>
    /// <param name="vocabulary">Width of a row of logits.</param>
    public static PartFigures Run(ITokenizer tokenizer, IChatTemplate? template, int vocabulary)
    {
        string text = Text();
        Sampler sampler = new(vocabulary);
        Random random = new(1);
        float[] falling = [.. Enumerable.Range(1, vocabulary).Select(rank => (float)(-1.5 * Math.Log(rank)))];
        random.Shuffle(falling);
        float[] flat = [.. Enumerable.Range(0, vocabulary).Select(_ => random.NextSingle())];
        JsonObject conversation = Conversation();
        SamplingParameters nucleus = new() { Temperature = 0.6f, TopP = 0.95f, Seed = 1 };
        return new PartFigures
        {
            TokenizerMegabytesPerSecond = Encoding.UTF8.GetByteCount(text) / 1e3 / Milliseconds(1, () => tokenizer.Encode(text, addSpecialTokens: false)),
            TemplateMilliseconds = template is null ? null : Milliseconds(20, () => template.Render(conversation)),
            Vocabulary = vocabulary,
            GreedyMilliseconds = Choose(falling, new SamplingParameters { Temperature = 0 }),
            NucleusMilliseconds = Choose(falling, nucleus),
            FlatNucleusMilliseconds = Choose(flat, nucleus),
            EvenPlanMilliseconds = Plan(kinds: 1),
            MixedPlanMilliseconds = Plan(kinds: 4),
        };

        double Choose(float[] logits, SamplingParameters parameters)
        {
            GenerationRequest request = new() { RequestId = "bench", Prompt = new int[] { 0 }, MaxTokens = 1, Sampling = parameters };
            SequenceSampling sequence = new(request, 0, [], []);
            int position = 0;
            return Milliseconds(50, () => sampler.Sample(logits, sequence, ++position, []));
        }
    }

    private static string Text()
    {
        Random random = new(1);
        StringBuilder text = new();
        while (text.Length < TextBytes)
        {
            text.Append(Passages[random.Next(Passages.Length)]);
        }

        return text.ToString();
    }

    private static JsonObject Conversation()
    {
        JsonArray messages = [];
        for (int i = 0; i < Messages; i++)
        {
            messages.Add((JsonNode)new JsonObject { ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = Passages[i % Passages.Length] });
        }

        return new JsonObject { ["messages"] = messages, ["add_generation_prompt"] = true };
    }

    /// <summary>Plans layers of 400 MB on devices; each kind has half the speed of the previous one.</summary>
    private static double Plan(int kinds)
    {
        LayerCost layer = new(400_000_000, 400_000_000, 400e6, 4096);
        Planner planner = new(new ModelCost { Layers = [.. Enumerable.Repeat(layer, Layers)], ActivationBytesPerToken = 32768 });
        DeviceDescription[] devices =
        [
            .. Enumerable.Range(0, Devices).Select(i => new DeviceDescription
            {
                Id = $"{i}",
                Node = $"{i / 8}",
                MemoryBytes = (i % kinds % 2 == 0 ? 4L : 2L) * 1_000_000_000,
                ReadBandwidth = 3e12 / (1 << (i % kinds)),
                ArithmeticRate = 4e14 / (1 << (i % kinds)),
            }),
        ];
        return Milliseconds(1, () => planner.Create(devices));
    }

    private static double Milliseconds(int repetitions, Action action)
    {
        List<double> times = [];
        for (int round = -1; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < repetitions; i++)
            {
                action();
            }

            // The first round warms up the just-in-time compiler.
            if (round >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / repetitions);
            }
        }

        return Median.Of(times);
    }
}

/// <summary>Medians of <see cref="PartsBenchmark"/>.</summary>
public sealed record PartFigures
{
    /// <summary>Tokenizer throughput on one thread, in 10^6 bytes of UTF-8 a second.</summary>
    public required double TokenizerMegabytesPerSecond { get; init; }

    /// <summary>Time of the chat template for 200 messages; null if the checkpoint has none.</summary>
    public required double? TemplateMilliseconds { get; init; }

    /// <summary>Number of tokens from which the sampler chooses.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Time to find the likeliest token of one row.</summary>
    public required double GreedyMilliseconds { get; init; }

    /// <summary>Time of temperature 0.6 and top-p 0.95 on a row whose probabilities fall with the rank, as those of a trained model do.</summary>
    public required double NucleusMilliseconds { get; init; }

    /// <summary>Time of the same on a nearly flat row: the nucleus contains most of the vocabulary.</summary>
    public required double FlatNucleusMilliseconds { get; init; }

    /// <summary>Bytes that a decode step allocates in a node for a sequence that decodes alone.</summary>
    public double StepBytesAlone { get; init; }

    /// <summary>Bytes that it allocates for each of 16 sequences.</summary>
    public double StepBytesOf16 { get; init; }

    /// <summary>Time of a plan of 128 layers for 64 devices of one kind.</summary>
    public required double EvenPlanMilliseconds { get; init; }

    /// <summary>Time of a plan of 128 layers for 64 devices of four kinds, on nodes of eight.</summary>
    public required double MixedPlanMilliseconds { get; init; }
}
