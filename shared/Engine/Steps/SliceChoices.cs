using OrleansInference.Models;

namespace OrleansInference.Engine.Steps;

/// <summary>Sampled and measured tokens of one slice of a step.</summary>
internal sealed class SliceChoices
{
    public List<SampledRow> Rows { get; } = [];

    /// <summary>The error because of which no further token could be sampled; null if there is none.</summary>
    public InferenceException? Error { get; set; }

    public void Clear()
    {
        Rows.Clear();
        Error = null;
    }
}
