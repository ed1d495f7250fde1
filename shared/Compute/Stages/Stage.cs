using System.Diagnostics;
using OrleansInference.Compute.Layers;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Pages;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Stages;

/// <summary>
/// A run of layers with its weights and its page pool: takes a step's hidden states (or, as the first, its tokens) and gives those after its last layer
/// (or, as the last, the logits). Runs one step at a time.
/// </summary>
internal sealed unsafe class Stage : IDisposable
{
    /// <summary>Name of the unit with the final norm and the projection to the vocabulary.</summary>
    public const string HeadUnit = "head";

    private readonly Layer[] _layers;
    private readonly PackedUnit[] _units;
    private readonly List<RotaryTables> _tables = [];
    private readonly StepContext _context;
    private readonly ResidualNorm _residual = new();
    private readonly NativeBuffer<float> _normed;
    private readonly NativeBuffer<float> _delta;
    private readonly EmbeddingTable? _embedding;
    private readonly OutputHead? _head;
    private readonly ModelSpec _spec;
    private readonly List<IDisposable> _owned = [];
    private readonly long[] _pageOffsets; // [layers + 1], bytes: where each layer begins in a page

    private readonly record struct Layer(nint AttentionNorm, IBlock Attention, nint FeedForwardNorm, IBlock FeedForward);

    public Stage(Checkpoint checkpoint, StageRange range, WeightStore store, WorkerTeam team, StageSizes sizes)
    {
        _spec = checkpoint.Spec;
        Range = range;
        try
        {
            bool last = range.EndLayer == _spec.Layers.Count;
            LayerSpec[] specs = [.. _spec.Layers.Skip(range.FirstLayer).Take(range.LayerCount)];
            Pool = Own(new PagePool([.. specs.Select(Blocks.KvShape)], sizes.KvType, sizes.PageCount, StageSizes.WarmUpPages, sizes.Host));
            _context = Own(new StepContext(team, Pool, _spec.HiddenSize, Needs(_spec, range), sizes.MaxRows));
            _normed = Own(new NativeBuffer<float>((long)sizes.MaxRows * _context.HiddenStride));
            _delta = Own(new NativeBuffer<float>((long)sizes.MaxRows * _context.HiddenStride));
            _units = [.. Units(checkpoint, range).Select(layout => Own(store.Load(layout)))];
            _layers = new Layer[specs.Length];
            _pageOffsets = new long[specs.Length + 1];
            for (int i = 0; i < specs.Length; i++)
            {
                PackedUnit unit = _units[i];
                _layers[i] = new Layer(
                    (nint)unit.Vector("attention_norm"),
                    Blocks.Attention(specs[i], unit, _pageOffsets[i], rotary => TablesOf(rotary, sizes.MaxRows)),
                    (nint)unit.Vector("feed_forward_norm"),
                    Blocks.FeedForward(specs[i], unit));
                _pageOffsets[i + 1] = _pageOffsets[i] + PagePool.LayerBytes(Blocks.KvShape(specs[i]), sizes.KvType);
            }

            if (range.FirstLayer == 0)
            {
                _embedding = new EmbeddingTable(_spec, checkpoint, _spec.TiedEmbedding ? _units[^1] : null);
            }

            if (last)
            {
                _head = Own(new OutputHead(_spec, _units[^1], sizes.MaxLogitRows));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public StageRange Range { get; }

    public PagePool Pool { get; }

    /// <summary>Floats from one row of hidden states to the next.</summary>
    public int HiddenStride => _context.HiddenStride;

    /// <summary>The units that a stage loads: its layers, then the head where it computes logits or looks up tied embeddings.</summary>
    public static List<UnitLayout> Units(Checkpoint checkpoint, StageRange range)
    {
        ModelSpec spec = checkpoint.Spec;
        List<UnitLayout> units = [];
        for (int layer = range.FirstLayer; layer < range.EndLayer; layer++)
        {
            UnitLayout unit = new($"layer-{layer:0000}", checkpoint);
            Blocks.Declare(spec.Layers[layer], unit);
            units.Add(unit);
        }

        if (range.EndLayer == spec.Layers.Count || (range.FirstLayer == 0 && spec.TiedEmbedding))
        {
            UnitLayout head = new(HeadUnit, checkpoint);
            OutputHead.Declare(spec, head);
            units.Add(head);
        }

        return units;
    }

    /// <summary>The largest working memory that a layer of the stage needs.</summary>
    public static ScratchNeeds Needs(ModelSpec spec, StageRange range) =>
        spec.Layers.Skip(range.FirstLayer).Take(range.LayerCount).Select(Blocks.Needs).Aggregate(new ScratchNeeds(spec.HiddenSize, 0, 0, 0), static (a, b) => a.Max(b));

    /// <summary>Runs some of the stage's layers; the model's first layer embeds the tokens.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="hidden">[rows, hidden] with stride <see cref="HiddenStride"/>, in and out.</param>
    /// <param name="range">Within <see cref="Range"/>.</param>
    public void Forward(StepBatch batch, float* hidden, StageRange range)
    {
        Debug.Assert(batch.RowCount > 0 && batch.RowCount <= _context.MaxRows);
        _context.Begin(batch);
        if (range.FirstLayer == 0)
        {
            ReadOnlySpan<int> tokens = batch.Tokens;
            for (int row = 0; row < tokens.Length; row++)
            {
                _embedding!.Lookup(tokens[row], hidden + ((nint)row * HiddenStride));
            }
        }

        float* delta = null;
        foreach (Layer layer in _layers.AsSpan(range.FirstLayer - Range.FirstLayer, range.LayerCount))
        {
            _residual.Run(_context, hidden, delta, (float*)layer.AttentionNorm, _spec.NormEpsilon, _normed.Pointer);
            layer.Attention.Forward(_context, _normed.Pointer, _delta.Pointer);
            _residual.Run(_context, hidden, _delta.Pointer, (float*)layer.FeedForwardNorm, _spec.NormEpsilon, _normed.Pointer);
            layer.FeedForward.Forward(_context, _normed.Pointer, _delta.Pointer);
            delta = _delta.Pointer;
        }

        _residual.Run(_context, hidden, delta, null, 0, null);
    }

    /// <summary>The last stage's logits, from the hidden states after the last layer.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="hidden">[rows, hidden] with stride <see cref="HiddenStride"/>.</param>
    /// <param name="logits">[batch.LogitRowCount, vocabulary]</param>
    public void Logits(StepBatch batch, float* hidden, float* logits)
    {
        _context.Begin(batch);
        _head!.Forward(_context, hidden, logits);
    }

    /// <summary>Some layers' part of a page: layers follow each other in it.</summary>
    /// <param name="page">Which page.</param>
    /// <param name="range">Within <see cref="Range"/>.</param>
    public Span<byte> PagePart(int page, StageRange range)
    {
        int start = (int)_pageOffsets[range.FirstLayer - Range.FirstLayer];
        return Pool.Bytes(page)[start..(int)_pageOffsets[range.EndLayer - Range.FirstLayer]];
    }

    public void Dispose()
    {
        _owned.ForEach(static part => part.Dispose());
        _owned.Clear();
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private RotaryTables TablesOf(RotarySpec rotary, int maxRows)
    {
        RotaryTables? shared = _tables.Find(table => table.InverseFrequencies.SequenceEqual([.. rotary.InverseFrequencies]));
        if (shared is null)
        {
            shared = Own(new RotaryTables([.. rotary.InverseFrequencies], maxRows));
            _tables.Add(shared);
        }

        return shared;
    }
}
