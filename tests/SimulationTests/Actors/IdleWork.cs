using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.Steps;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Computes nothing: adds one to what there is.</summary>
internal sealed class IdleWork(int width) : IStageWork
{
    public int HiddenWidth => width;

    public int PageCount => 16;

    /// <summary>The first float of the last step's hidden states.</summary>
    public float Last { get; private set; }

    public bool Holds(LayerRange layers) => true;

    public bool Fits(LayerRange layers) => true;

    public void Load(LayerRange layers)
    {
    }

    public void Keep(LayerRange layers, LayerRange arriving)
    {
    }

    public void Execute(LayerRange layers, StepBatch batch, Span<float> hidden)
    {
        hidden[0]++;
        Last = hidden[0];
    }

    public StepResult Choose(Step step, ReadOnlySpan<float> hidden) => new([], []);

    public void CopyPage(LayerRange layers, int from, int to)
    {
    }

    public byte[] ReadPage(LayerRange layers, int page) => [];

    public void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents)
    {
    }
}
