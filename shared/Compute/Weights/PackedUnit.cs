namespace OrleansInference.Compute.Weights;

/// <summary>A unit's packed weights in memory, mapped from the cache or newly packed; owns the memory of the matrices and vectors.</summary>
internal sealed unsafe class PackedUnit(UnitLayout layout, nint data, IDisposable memory) : IDisposable
{
    public UnitLayout Layout { get; } = layout;

    public PackedMatrix Matrix(string name)
    {
        UnitEntry entry = Find(name) ?? throw new KeyNotFoundException($"Unit {Layout.Name} has no matrix '{name}'.");
        return new PackedMatrix(data + (nint)entry.Offset, entry.Format, entry.Outputs, entry.Inputs);
    }

    /// <summary>[length padded to 16], or null where the unit has no such vector.</summary>
    public float* Vector(string name) => Find(name) is { } entry ? (float*)(data + (nint)entry.Offset) : null;

    public void Dispose() => memory.Dispose();

    private UnitEntry? Find(string name)
    {
        foreach (UnitEntry entry in Layout.Entries)
        {
            if (entry.Name == name)
            {
                return entry;
            }
        }

        return null;
    }
}
