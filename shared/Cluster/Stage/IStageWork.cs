using System.IO.Hashing;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>Weights, page pool and kernels of a device, as <see cref="StageActor"/> uses them.</summary>
public interface IStageWork
{
    /// <summary>Floats of a row of hidden states.</summary>
    int HiddenWidth { get; }

    /// <summary>Pages of the pool, 0 … PageCount − 1.</summary>
    int PageCount { get; }

    /// <summary>Pages outside the pool, PageCount … PageCount + HostPages − 1. Pages are copied from and to them; no step reads or writes them.</summary>
    int HostPages => 0;

    /// <summary>Returns whether these layers are loaded.</summary>
    bool Holds(LayerRange layers);

    /// <summary>Returns whether these layers fit if no others are loaded.</summary>
    bool Fits(LayerRange layers);

    /// <summary>Maps the weights of layers. Layers that are already mapped cost nothing. May be called from another thread while a step is computed.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.OutOfMemory"/>: the layers do not fit in addition to the loaded ones, which stay loaded.</exception>
    void Load(LayerRange layers);

    /// <summary>Runs loaded layers once, so that their code is compiled before the first step. Writes to no page.</summary>
    void WarmUp(LayerRange layers)
    {
    }

    /// <summary>Releases all layers except these, with their pages.</summary>
    /// <param name="layers">Layers of the plan in force.</param>
    /// <param name="arriving">Layers of a plan in preparation.</param>
    void Keep(LayerRange layers, LayerRange arriving);

    /// <summary>Computes layers for all rows and writes their keys and values. The model's first layer reads the tokens, all others read the hidden states.</summary>
    /// <param name="layers">A run of loaded layers.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="hidden">[rows, width], in and out.</param>
    void Execute(LayerRange layers, StepBatch batch, Span<float> hidden);

    /// <summary>Chooses tokens from the hidden states after the last layer.</summary>
    StepResult Choose(Step step, ReadOnlySpan<float> hidden);

    /// <summary>Copies a page in every layer.</summary>
    void CopyPage(LayerRange layers, int from, int to);

    byte[] ReadPage(LayerRange layers, int page);

    void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents);

    /// <summary>Checksum of a page's contents in one layer (XXH3, 64 bits). It detects damage, not forgery.</summary>
    ulong Checksum(int layer, int page) => XxHash3.HashToUInt64(ReadPage(new LayerRange(layer, layer + 1), page));
}
