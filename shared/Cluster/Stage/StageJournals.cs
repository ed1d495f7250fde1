using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>A stage's journals: the input of the next stage, and of the layers of this stage at which other plans begin a stage.</summary>
/// <param name="maxPages">Limit of pages of all journals together; 0 keeps none.</param>
/// <param name="width">Floats of a row.</param>
internal sealed class StageJournals(int maxPages, int width)
{
    private readonly JournalBudget _budget = new(maxPages);
    private readonly SortedDictionary<int, HiddenJournal> _journals = []; // by the layer whose input they hold
    private int[] _boundaries = []; // layers whose input is recorded now, in ascending order

    /// <summary>Starts to record for a plan. The journals of earlier plans are kept until <see cref="Settle"/>.</summary>
    public void Enter(PipelinePlan plan, LayerRange layers)
    {
        _boundaries = maxPages == 0 ? [] : [.. Enumerable.Range(layers.First + 1, layers.Count).Where(plan.KeepsBefore)];
        Array.ForEach(_boundaries, boundary => _journals.TryAdd(boundary, new HiddenJournal(_budget, width)));
    }

    /// <summary>Takes over the journals that arrived with the pages of layers.</summary>
    public void Take(StageJournals arrived)
    {
        foreach ((int boundary, HiddenJournal journal) in arrived._journals)
        {
            Remove(boundary);
            journal.MoveTo(_budget);
            _journals.Add(boundary, journal);
        }
    }

    /// <summary>Removes the journals of earlier plans, from which no replay is accepted any more.</summary>
    public void Settle()
    {
        foreach (int boundary in _journals.Keys.Except(_boundaries).ToArray())
        {
            Remove(boundary);
        }
    }

    public void Clear()
    {
        Array.ForEach([.. _journals.Keys], Remove);
        _boundaries = [];
    }

    /// <summary>Returns the journal of a layer's input; null if none is kept.</summary>
    public HiddenJournal? Before(int layer) => _journals.GetValueOrDefault(layer);

    /// <summary>Computes a run of layers. Records the input of each of these layers, and of the layer after them, that has a journal.</summary>
    public void Execute(IStageWork work, LayerRange layers, StepBatch batch, Span<float> hidden)
    {
        int first = layers.First;
        foreach (int boundary in _boundaries)
        {
            if (first < boundary && boundary <= layers.End)
            {
                work.Execute(new LayerRange(first, boundary), batch, hidden);
                _journals[boundary].Record(batch, hidden);
                first = boundary;
            }
        }

        if (first < layers.End)
        {
            work.Execute(new LayerRange(first, layers.End), batch, hidden);
        }
    }

    /// <summary>Copies the rows of one page to another, in all journals.</summary>
    public void Copy(int from, int to)
    {
        foreach (HiddenJournal journal in _journals.Values)
        {
            journal.Copy(from, to);
        }
    }

    /// <summary>Returns the rows of a page at the boundaries within and after layers that move to another device.</summary>
    public KeptRows[] Read(LayerRange layers, int page) =>
        [.. _journals.Where(journal => IsRecordedWith(layers, journal.Key)).Select(journal => journal.Value.Read(page, journal.Key)).OfType<KeptRows>()];

    /// <summary>Replaces the rows of a page by those of another device.</summary>
    public void Write(LayerRange layers, int page, IReadOnlyList<KeptRows> kept)
    {
        foreach (KeptRows rows in kept)
        {
            if (IsRecordedWith(layers, rows.Before))
            {
                _journals.TryAdd(rows.Before, new HiddenJournal(_budget, width));
            }
        }

        foreach ((int boundary, HiddenJournal journal) in _journals)
        {
            if (IsRecordedWith(layers, boundary))
            {
                journal.Write(page, kept.FirstOrDefault(rows => rows.Before == boundary));
            }
        }
    }

    private void Remove(int boundary)
    {
        if (_journals.Remove(boundary, out HiddenJournal? journal))
        {
            journal.Clear();
        }
    }

    // The device that computes the layer before the boundary records the rows.
    private static bool IsRecordedWith(LayerRange layers, int boundary) => layers.Contains(boundary - 1);
}
