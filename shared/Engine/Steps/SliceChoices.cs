using OrleansInference.Models;

namespace OrleansInference.Engine.Steps;

/// <summary>What was chosen for one slice of a step.</summary>
internal sealed class SliceChoices
{
    public List<SampledRow> Rows { get; } = [];

    /// <summary>Why no further token could be chosen.</summary>
    public InferenceException? Error { get; set; }

    public void Clear()
    {
        Rows.Clear();
        Error = null;
    }
}
