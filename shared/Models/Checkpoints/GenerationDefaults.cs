using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>The sampling parameters that generation_config.json recommends; null where it says nothing.</summary>
public sealed record GenerationDefaults
{
    /// <summary>0 or more; 0 is greedy.</summary>
    public float? Temperature { get; init; }

    /// <summary>0 to 1.</summary>
    public float? TopP { get; init; }

    /// <summary>0 or more; 0 is no limit.</summary>
    public int? TopK { get; init; }

    /// <summary>0 to 1.</summary>
    public float? MinP { get; init; }

    /// <summary>Above 0; 1 disables it.</summary>
    public float? RepetitionPenalty { get; init; }

    public bool? DoSample { get; init; }

    /// <summary>The model is meant to be decoded greedily unless the request says otherwise.</summary>
    public bool Greedy => DoSample == false;

    internal static GenerationDefaults Read(FieldReader fields) => new()
    {
        Temperature = Number(fields, "temperature", 0, 100),
        TopP = Number(fields, "top_p", 0, 1),
        TopK = fields.Has("top_k") ? Math.Max(0, fields.Integer("top_k", -1, int.MaxValue)) : null,
        MinP = Number(fields, "min_p", 0, 1),
        RepetitionPenalty = Number(fields, "repetition_penalty", 0.001, 1000),
        DoSample = fields.Has("do_sample") ? fields.Flag("do_sample", false) : null,
    };

    private static float? Number(FieldReader fields, string name, double min, double max) => fields.Has(name) ? (float)fields.Number(name, min, max) : null;
}
