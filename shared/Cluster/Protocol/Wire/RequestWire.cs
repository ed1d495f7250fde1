using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of requests and their generated tokens.</summary>
internal static class RequestWire
{
    private const int RecordBytes = sizeof(int);
    private const int MeasureBytes = sizeof(float) + 1;

    public static void Write(WireWriter writer, GenerationRequest request)
    {
        var record = writer.Open();
        writer.Text(request.RequestId);
        writer.Text(request.Tenant);
        writer.Span(request.Prompt.Span);
        SamplingWire.Write(writer, request.Sampling);
        writer.Int(request.MaxTokens);
        writer.Int(request.MinTokens);
        writer.Bool(request.IgnoreEos);
        writer.Count(request.StopTokens.Count);
        foreach (int token in request.StopTokens)
        {
            writer.Int(token);
        }

        writer.Int(request.Choices);
        writer.Bool(request.PromptLogProbs);
        writer.Int(request.Priority);
        writer.Bool(request.Timeout is not null);
        writer.Long(request.Timeout?.Ticks ?? 0);
        writer.Text(request.TraceParent);
        writer.Text(request.TraceState);
        writer.Bool(request.Account is not null);
        if (request.Account is { } account)
        {
            writer.Text(account.Key);
            writer.Text(account.Model);
            writer.Int(account.Requests);
            writer.Text(account.Lease?.ToString("N"));
            writer.Long(account.Leased);
        }

        Write(writer, request.Policy);
        writer.Close(record);
    }

    public static GenerationRequest ReadRequest(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        return new GenerationRequest
        {
            RequestId = fields.Text(),
            Tenant = fields.Text(),
            Prompt = fields.Array<int>(),
            Sampling = SamplingWire.ReadParameters(ref fields),
            MaxTokens = fields.Int(),
            MinTokens = fields.Int(),
            IgnoreEos = fields.Bool(),
            StopTokens = ReadTokens(ref fields),
            Choices = fields.Natural(),
            PromptLogProbs = fields.Bool(),
            Priority = fields.Int(),
            Timeout = ReadTimeout(ref fields),
            TraceParent = fields.AtEnd ? null : fields.OptionalText(),
            TraceState = fields.AtEnd ? null : fields.OptionalText(),
            Account = !fields.AtEnd && fields.Bool() ? ReadAccount(ref fields) : null,
            Policy = fields.AtEnd ? TenantPolicy.None : ReadPolicy(ref fields),
        };
    }

    public static void Write(WireWriter writer, ChoiceLog[] choices)
    {
        writer.Count(choices.Length);
        foreach (ChoiceLog choice in choices)
        {
            var record = writer.Open();
            writer.Array(choice.Tokens);
            writer.Byte((byte)choice.Finish);
            Write(writer, choice.Measures);
            writer.Close(record);
        }
    }

    public static ChoiceLog[] ReadChoices(ref WireReader reader)
    {
        ChoiceLog[] choices = new ChoiceLog[reader.Count(RecordBytes)];
        for (int i = 0; i < choices.Length; i++)
        {
            WireReader fields = reader.Record();
            choices[i] = new ChoiceLog(fields.Array<int>(), fields.Enumeration<FinishReason>()) { Measures = ReadMeasures(ref fields) };
            CheckMeasures(choices[i].Tokens, choices[i].Measures);
        }

        return choices;
    }

    public static void Write(WireWriter writer, TokenMeasure[] measures)
    {
        writer.Count(measures.Length);
        foreach (TokenMeasure measure in measures)
        {
            writer.Float(measure.LogProb);
            writer.Array(measure.Top);
        }
    }

    public static TokenMeasure[] ReadMeasures(ref WireReader reader)
    {
        int count = reader.Count(MeasureBytes);
        TokenMeasure[] measures = count == 0 ? [] : new TokenMeasure[count];
        for (int i = 0; i < count; i++)
        {
            measures[i] = new TokenMeasure(reader.Float(), reader.Array<TokenLogProb>());
        }

        return measures;
    }

    public static void CheckMeasures(int[] tokens, TokenMeasure[] measures)
    {
        if (measures.Length > 0 && measures.Length != tokens.Length)
        {
            WireReader.Refuse($"{tokens.Length} tokens come with {measures.Length} log-probabilities; expected none or one for each.");
        }
    }

    private static void Write(WireWriter writer, TenantPolicy policy)
    {
        writer.Long(policy.Change);
        writer.Bool(policy.Weight is not null);
        writer.Fixed(BitConverter.DoubleToUInt64Bits(policy.Weight ?? 0));
        writer.Bool(policy.SharesPrefixes);
    }

    private static TenantPolicy ReadPolicy(ref WireReader reader) => new() { Change = reader.Long(), Weight = ReadWeight(ref reader), SharesPrefixes = reader.Bool() };

    private static double? ReadWeight(ref WireReader reader)
    {
        bool given = reader.Bool();
        double weight = BitConverter.UInt64BitsToDouble(reader.Fixed());
        if (given && weight is not (> 0 and < double.PositiveInfinity))
        {
            WireReader.Refuse($"The weight of a tenant is {weight}; expected a number above 0.");
        }

        return given ? weight : null;
    }

    private static UsageAccount ReadAccount(ref WireReader reader)
    {
        UsageAccount account = new(reader.Text(), reader.Text(), reader.Natural());
        return account with { Lease = reader.OptionalText() is { } lease ? ReadLease(lease) : null, Leased = reader.Long() };
    }

    private static Guid ReadLease(string text)
    {
        if (!Guid.TryParseExact(text, "N", out Guid lease))
        {
            WireReader.Refuse($"A lease is '{text}'; expected 32 hexadecimal digits.");
        }

        return lease;
    }

    private static int[] ReadTokens(ref WireReader reader)
    {
        int count = reader.Count(1);
        int[] tokens = count == 0 ? [] : new int[count];
        for (int i = 0; i < count; i++)
        {
            tokens[i] = reader.Int();
        }

        return tokens;
    }

    private static TimeSpan? ReadTimeout(ref WireReader reader)
    {
        bool given = reader.Bool();
        long ticks = reader.Long();
        return given ? TimeSpan.FromTicks(ticks) : null;
    }
}
