using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of sampling parameters and of the sequence state that sampling depends on.</summary>
internal static class SamplingWire
{
    private const int BiasBytes = 1 + sizeof(float);

    private static readonly Dictionary<int, float> NoBias = [];

    public static void Write(WireWriter writer, in SliceOutput output)
    {
        var record = writer.Open();
        writer.Int(output.Guesses);
        writer.Bool(output.Measured);
        writer.Int(output.Next);
        writer.Int(output.LogProbs ?? -1);
        writer.Bool(output.Sampling is not null);
        if (output.Sampling is { } sampling)
        {
            Write(writer, sampling);
        }

        writer.Bool(output.Adopts);
        writer.Close(record);
    }

    public static SliceOutput ReadOutput(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        int guesses = fields.Natural();
        bool measured = fields.Bool();
        int next = fields.Int();
        int logProbs = fields.Int();
        SequenceSampling? sampling = fields.Bool() ? ReadSampling(ref fields) : null;
        return new SliceOutput(sampling, guesses, measured, next) { LogProbs = logProbs < 0 ? null : logProbs, Adopts = !fields.AtEnd && fields.Bool() };
    }

    public static void Write(WireWriter writer, SamplingParameters parameters)
    {
        var record = writer.Open();
        writer.Float(parameters.Temperature);
        writer.Int(parameters.TopK);
        writer.Float(parameters.TopP);
        writer.Float(parameters.MinP);
        writer.Float(parameters.RepetitionPenalty);
        writer.Float(parameters.PresencePenalty);
        writer.Float(parameters.FrequencyPenalty);
        writer.Fixed(parameters.Seed);
        writer.Int(parameters.LogProbs ?? -1);
        writer.Count(parameters.LogitBias.Count);
        if (parameters.LogitBias.Count > 0)
        {
            foreach ((int token, float bias) in parameters.LogitBias)
            {
                writer.Int(token);
                writer.Float(bias);
            }
        }

        writer.Bool(parameters.Watermark is not null);
        writer.Fixed(parameters.Watermark ?? 0);
        writer.Close(record);
    }

    public static SamplingParameters ReadParameters(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        SamplingParameters parameters = new()
        {
            Temperature = fields.Float(),
            TopK = fields.Int(),
            TopP = fields.Float(),
            MinP = fields.Float(),
            RepetitionPenalty = fields.Float(),
            PresencePenalty = fields.Float(),
            FrequencyPenalty = fields.Float(),
            Seed = fields.Fixed(),
            LogProbs = fields.Int() is var logProbs and >= 0 ? logProbs : null,
            LogitBias = ReadBias(ref fields),
        };
        return !fields.AtEnd && fields.Bool() ? parameters with { Watermark = fields.Fixed() } : parameters;
    }

    private static Dictionary<int, float> ReadBias(ref WireReader reader)
    {
        int count = reader.Count(BiasBytes);
        Dictionary<int, float> bias = count == 0 ? NoBias : new Dictionary<int, float>(count);
        for (int i = 0; i < count; i++)
        {
            bias[reader.Natural()] = reader.Float();
        }

        return bias;
    }

    private static void Write(WireWriter writer, SequenceSampling sampling)
    {
        var record = writer.Open();
        Write(writer, sampling.Parameters);
        writer.Int(sampling.Choice);
        writer.Int(sampling.Generated);
        writer.Int(sampling.MinTokens);
        writer.Span(sampling.Endings);
        writer.Bool(sampling.History is not null);
        if (sampling.History is { } history)
        {
            writer.Count(history.Counts.Count);
            foreach ((int token, int count) in history.Counts)
            {
                writer.Int(token);
                writer.Int(count);
            }
        }

        writer.Close(record);
    }

    private static SequenceSampling ReadSampling(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        SamplingParameters parameters = ReadParameters(ref fields);
        int choice = fields.Natural();
        int generated = fields.Natural();
        int minTokens = fields.Int();
        int[] endings = fields.Array<int>();
        TokenHistory? history = fields.Bool() ? ReadHistory(ref fields) : null;
        return new SequenceSampling(parameters, choice, generated, minTokens, endings, history);
    }

    private static TokenHistory ReadHistory(ref WireReader reader)
    {
        int count = reader.Count(2);
        Dictionary<int, int> counts = new(count);
        for (int i = 0; i < count; i++)
        {
            counts[reader.Natural()] = reader.Natural();
        }

        return new TokenHistory(counts);
    }
}
