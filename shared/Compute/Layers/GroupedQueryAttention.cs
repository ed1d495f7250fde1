using System.Diagnostics;
using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Pages;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Compute.Layers;

/// <summary>Grouped-query attention (Ainslie et al., 2023) with rotary positions, directly on the pages.</summary>
internal sealed unsafe class GroupedQueryAttention : IBlock
{
    private readonly PackedMatrix _qkv;
    private readonly PackedMatrix _output;
    private readonly float* _outputBias;
    private readonly HeadWriter _writer;
    private readonly PagedAttention _attention;

    /// <param name="spec">Shapes.</param>
    /// <param name="unit">Weights.</param>
    /// <param name="layerOffset">First byte of this layer within a page.</param>
    /// <param name="tables">The rotary tables, which layers with the same frequencies share.</param>
    public GroupedQueryAttention(GroupedQueryAttentionSpec spec, PackedUnit unit, long layerOffset, RotaryTables tables)
    {
        _qkv = unit.Matrix("qkv");
        _output = unit.Matrix("attention_output");
        _outputBias = unit.Vector("attention_output.bias");
        _writer = new HeadWriter(spec, unit.Vector("qkv.bias"), layerOffset, tables);
        _attention = new PagedAttention(spec, layerOffset);
    }

    public static void Declare(GroupedQueryAttentionSpec spec, UnitLayout unit)
    {
        unit.AddLinear("qkv", spec.Query, spec.Key, spec.Value);
        unit.AddLinear("attention_output", spec.Output);
    }

    public static KvBlockShape KvShape(GroupedQueryAttentionSpec spec) => new(spec.KvHeads, spec.HeadDim);

    public static ScratchNeeds Needs(GroupedQueryAttentionSpec spec) => new(
        Math.Max(spec.Query.Inputs, spec.Output.Inputs),
        spec.Query.Outputs + spec.Key.Outputs + spec.Value.Outputs,
        spec.Query.Outputs,
        Attention.ScratchFloats(KvShape(spec)));

    public void Forward(StepContext step, float* input, float* output)
    {
        int rows = step.Batch.RowCount;
        step.Multiply.Multiply(input, step.HiddenStride, rows, _qkv, step.Wide, StepContext.Pad(_qkv.Outputs));
        _writer.Run(step);
        _attention.Run(step);
        step.Multiply.Multiply(step.Narrow, StepContext.Pad(_output.Inputs), rows, _output, output, step.HiddenStride);
        if (_outputBias != null)
        {
            for (int row = 0; row < rows; row++)
            {
                Elementwise.Add(_outputBias, _output.Outputs, output + (row * (nint)step.HiddenStride));
            }
        }
    }
}
