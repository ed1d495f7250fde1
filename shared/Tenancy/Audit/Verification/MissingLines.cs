namespace OrleansInference.Tenancy.Audit.Verification;

/// <summary>Sequences that a reader of a chain has passed without seeing their lines, as ranges in ascending order.</summary>
internal sealed class MissingLines
{
    private readonly List<(long First, long Last)> _ranges = [];

    /// <summary>Adds a range behind all others.</summary>
    public void Add(long first, long last) => _ranges.Add((first, last));

    /// <summary>Removes a sequence.</summary>
    /// <returns>Whether its line was missing.</returns>
    public bool Remove(long sequence)
    {
        (int low, int high) = (0, _ranges.Count - 1);
        while (low <= high)
        {
            int middle = (low + high) / 2;
            (long first, long last) = _ranges[middle];
            if (sequence < first)
            {
                high = middle - 1;
            }
            else if (sequence > last)
            {
                low = middle + 1;
            }
            else
            {
                _ranges.RemoveAt(middle);
                if (sequence < last)
                {
                    _ranges.Insert(middle, (sequence + 1, last));
                }

                if (first < sequence)
                {
                    _ranges.Insert(middle, (first, sequence - 1));
                }

                return true;
            }
        }

        return false;
    }
}
