using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Layers;
using OrleansInference.Compute.Stages;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;
using OrleansInference.Models;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute;

/// <summary>A model on the CPU, its stages in this process. The checkpoint must stay open as long as the executor lives.</summary>
public sealed unsafe class ModelExecutor : IModelExecutor, IStagedModel
{
    private readonly List<WorkerTeam> _teams = [];
    private readonly List<Stage> _stages = [];
    private readonly HiddenStates _hidden;
    private readonly ModelSpec _spec;
    private readonly StageSizes _sizes;
    private bool _disposed;

    private ModelExecutor(Checkpoint checkpoint, ComputeOptions options, IProgress<LoadProgress>? progress)
    {
        _spec = checkpoint.Spec;
        options.Validate(_spec.Layers.Count);
        _sizes = StageSizes.Of(_spec, options);
        StagesRunInParallel = options.ParallelStages && options.Stages > 1;
        _hidden = NewHiddenStates();
        StageRange[] ranges = StageRange.Split(_spec.Layers.Count, options.Stages);
        try
        {
            CreateTeams(options);
            WeightBytes = ranges.SelectMany(range => Stage.Units(checkpoint, range)).Sum(static unit => unit.Bytes);
            WeightStore store = new(_teams[0], PackedCache.FolderOf(checkpoint, options.PackedFolder), WeightBytes, progress);
            for (int i = 0; i < ranges.Length; i++)
            {
                _stages.Add(new Stage(checkpoint, ranges[i], store, _teams[i % _teams.Count], _sizes));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        HeadParameters = (long)_spec.Head.Outputs * _spec.Head.Inputs;
        LayerParameters = ranges.SelectMany(range => Stage.Units(checkpoint, range))
            .Where(static unit => unit.Name != Stage.HeadUnit)
            .SelectMany(static unit => unit.Entries)
            .Where(static entry => !entry.IsVector)
            .Sum(static entry => (long)entry.Outputs * entry.Inputs);
        KvBytes = _sizes.PageBytes(_spec, 0, _spec.Layers.Count) * _sizes.PageCount;
    }

    public int VocabularySize => _spec.VocabularySize;

    public int PageCount => _sizes.PageCount;

    public int MaxPositions => _spec.MaxPositions;

    public int MaxStepTokens => _sizes.MaxRows;

    public int MaxLogitRows => _sizes.MaxLogitRows;

    public bool StagesRunInParallel { get; }

    public IReadOnlyList<IModelStage> Stages => _stages;

    /// <summary>Bytes of packed weights.</summary>
    public long WeightBytes { get; }

    /// <summary>Weights of the layers' matrices: each takes part in one multiply-add for every row.</summary>
    internal long LayerParameters { get; }

    /// <summary>Weights of the projection to the vocabulary.</summary>
    internal long HeadParameters { get; }

    /// <summary>Bytes that the pages take when all have been used.</summary>
    public long KvBytes { get; }

    /// <summary>The vector instructions in use, for logs; they change the speed and never the result.</summary>
    public static string InstructionSet => InstructionSets.Name;

    /// <summary>Loads a model: packs its weights, or maps what an earlier start packed.</summary>
    /// <param name="checkpoint">Stays open while the executor lives.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="progress">Told of the progress, from any thread.</param>
    /// <exception cref="InferenceException">An option is out of range, a tensor is missing or of the wrong shape, or memory is short.</exception>
    public static ModelExecutor Load(Checkpoint checkpoint, ComputeOptions options, IProgress<LoadProgress>? progress = null) => new(checkpoint, options, progress);

    /// <inheritdoc/>
    public void Execute(StepBatch batch, Span<float> logits)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _sizes.Check(batch, logits.Length, VocabularySize, last: true);
        fixed (float* output = logits)
        {
            foreach (Stage stage in _stages)
            {
                stage.Forward(batch, _hidden.Pointer, output);
            }
        }

        // The kernels know only addresses: without this a caller's last step could run while its executor is being finalized.
        GC.KeepAlive(this);
    }

    /// <summary>Copies a page on every stage: before a sequence writes to a page that it shares.</summary>
    public void CopyPage(int from, int to)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)from, (uint)PageCount, nameof(from));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)to, (uint)PageCount, nameof(to));
        foreach (Stage stage in _stages)
        {
            stage.Pool.Copy(from, to);
        }
    }

    public HiddenStates NewHiddenStates() => new(_sizes.MaxRows, StepContext.Pad(_spec.HiddenSize));

    public void Dispose()
    {
        _disposed = true;
        _stages.ForEach(static stage => stage.Dispose());
        _teams.ForEach(static team => team.Dispose());
        _hidden.Dispose();
    }

    // Stages that run one after another share all threads; those that run at the same time divide them.
    private void CreateTeams(ComputeOptions options)
    {
        int teams = StagesRunInParallel ? options.Stages : 1;
        for (int i = 0; i < teams; i++)
        {
            int threads = (options.Threads * (i + 1) / teams) - (options.Threads * i / teams);
            _teams.Add(new WorkerTeam(Math.Max(1, threads), $"compute-{i}"));
        }
    }
}
