using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>A stage's journals: the hidden states that go into the next stage, and into those of its layers that other plans begin a stage with.</summary>
/// <param name="maxPages">Pages that they keep together; 0 keeps none.</param>
/// <param name="width">Floats of a row.</param>
internal sealed class StageJournals(int maxPages, int width)
{
    private readonly JournalBudget _budget = new(maxPages);
    private readonly SortedDictionary<int, HiddenJournal> _journals = []; // by the layer that the rows go into
    private int[] _borders = []; // of them those that steps are recorded in, in their order

    /// <summary>Begins to record for a plan; the journals of plans before stay until <see cref="Settle"/>.</summary>
    public void Enter(PipelinePlan plan, LayerRange layers)
    {
        _borders = maxPages == 0 ? [] : [.. Enumerable.Range(layers.First + 1, layers.Count).Where(plan.KeepsBefore)];
        Array.ForEach(_borders, border => _journals.TryAdd(border, new HiddenJournal(_budget, width)));
    }

    /// <summary>Takes those that came with the pages of layers that have moved here.</summary>
    public void Take(StageJournals arrived)
    {
        foreach ((int border, HiddenJournal journal) in arrived._journals)
        {
            Remove(border);
            journal.MoveTo(_budget);
            _journals.Add(border, journal);
        }
    }

    /// <summary>Nothing is brought back any more from what was kept for plans before.</summary>
    public void Settle()
    {
        foreach (int border in _journals.Keys.Except(_borders).ToArray())
        {
            Remove(border);
        }
    }

    public void Clear()
    {
        Array.ForEach([.. _journals.Keys], Remove);
        _borders = [];
    }

    /// <summary>The journal of the rows that go into a layer; null where none is kept.</summary>
    public HiddenJournal? Before(int layer) => _journals.GetValueOrDefault(layer);

    /// <summary>Computes a run of layers, and records what goes into the next one and into those among them that rows are kept for.</summary>
    public void Execute(IStageWork work, LayerRange layers, StepBatch batch, Span<float> hidden)
    {
        int first = layers.First;
        foreach (int border in _borders)
        {
            if (first < border && border <= layers.End)
            {
                work.Execute(new LayerRange(first, border), batch, hidden);
                _journals[border].Record(batch, hidden);
                first = border;
            }
        }

        if (first < layers.End)
        {
            work.Execute(new LayerRange(first, layers.End), batch, hidden);
        }
    }

    /// <summary>Follows a page that is copied.</summary>
    public void Copy(int from, int to)
    {
        foreach (HiddenJournal journal in _journals.Values)
        {
            journal.Copy(from, to);
        }
    }

    /// <summary>What is kept of a page among and after layers that move to another device.</summary>
    public KeptRows[] Read(LayerRange layers, int page) =>
        [.. _journals.Where(journal => IsAmong(layers, journal.Key)).Select(journal => journal.Value.Read(page, journal.Key)).OfType<KeptRows>()];

    /// <summary>Takes what another device kept of a page, in place of what is here.</summary>
    public void Write(LayerRange layers, int page, IReadOnlyList<KeptRows> kept)
    {
        foreach (KeptRows rows in kept)
        {
            if (IsAmong(layers, rows.Before))
            {
                _journals.TryAdd(rows.Before, new HiddenJournal(_budget, width));
            }
        }

        foreach ((int border, HiddenJournal journal) in _journals)
        {
            if (IsAmong(layers, border))
            {
                journal.Write(page, kept.FirstOrDefault(rows => rows.Before == border));
            }
        }
    }

    private void Remove(int border)
    {
        if (_journals.Remove(border, out HiddenJournal? journal))
        {
            journal.Clear();
        }
    }

    // Who computes the layer before has the rows.
    private static bool IsAmong(LayerRange layers, int border) => layers.Contains(border - 1);
}
