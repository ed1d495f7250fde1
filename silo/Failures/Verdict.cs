namespace OrleansInference.Silo.Failures;

/// <summary>Decision about a judgement on another silo.</summary>
internal enum Verdict
{
    /// <summary>The judgement is dropped. The judging silo repeats it as long as it has a reason.</summary>
    Dropped,

    /// <summary>The judgement counts as one vote.</summary>
    Vote,

    /// <summary>The silo is dead.</summary>
    Dead,
}
