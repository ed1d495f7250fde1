using System.IO.Hashing;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Stage;

/// <summary>The computing part of a device: weights, page pool and kernels, behind what the control needs of them.</summary>
internal interface IStageWork
{
    /// <summary>Floats of a row of hidden states.</summary>
    int HiddenWidth { get; }

    /// <summary>Pages of the pool, 0 … PageCount − 1.</summary>
    int PageCount { get; }

    /// <summary>Pages beside the pool, PageCount … PageCount + HostPages − 1: they are copied from and to, and no step reads or writes them.</summary>
    int HostPages => 0;

    /// <summary>Whether these layers are loaded.
    bool Holds(LayerRange layers);

    /// <summary>Whether there is room for these layers when there are no others.</summary>
    bool Fits(LayerRange layers);

    /// <summary>Maps the weights of layers; those mapped already cost nothing. May be called beside the rest, from another thread.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.OutOfMemory"/>: there is no room for them beside what is there, which stays as it is.</exception>
    void Load(LayerRange layers);

    /// <summary>Computes something with loaded layers, so that what is done once, such as compiling code, is done before a stream waits for it. Writes to no page of the pool or beside it.</summary>
    void WarmUp(LayerRange layers)
    {
    }

    /// <summary>From now on only these layers and their pages are needed: those of the plan in force, and those of a plan to be.</summary>
    void Keep(LayerRange layers, LayerRange arriving);

    /// <summary>Computes layers for all rows and writes their keys and values; the model's first layer takes the tokens, all others the hidden states.</summary>
    /// <param name="layers">A run of loaded layers.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="hidden">[rows, width], in and out.</param>
    void Execute(LayerRange layers, StepBatch batch, Span<float> hidden);

    /// <summary>Chooses tokens from the hidden states after the last layer.</summary>
    StepResult Choose(StepContent content, ReadOnlySpan<float> hidden);

    /// <summary>Copies a page in every layer.</summary>
    void CopyPage(LayerRange layers, int from, int to);

    byte[] ReadPage(LayerRange layers, int page);

    void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents);

    /// <summary>Checksum of a page's contents in one layer (XXH3, 64 bits): it finds damage, not forgery.</summary>
    ulong Checksum(int layer, int page) => XxHash3.HashToUInt64(ReadPage(new LayerRange(layer, layer + 1), page));
}
