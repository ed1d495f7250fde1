namespace OrleansInference.Silo.Failures;

/// <summary>What becomes of a judgement on another silo.</summary>
internal enum Verdict
{
    /// <summary>It is dropped: who judges asks again as long as it has reason to.</summary>
    Dropped,

    /// <summary>It counts as one vote.</summary>
    Vote,

    /// <summary>The silo is dead.</summary>
    Dead,
}
