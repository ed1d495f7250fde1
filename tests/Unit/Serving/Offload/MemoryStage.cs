using OrleansInference.Compute;

namespace OrleansInference.Unit.Serving.Offload;

/// <summary>Only the pages of a stage.</summary>
internal sealed class MemoryStage(int pages, int pageBytes) : IModelStage
{
    private readonly byte[] _memory = new byte[pages * pageBytes];

    public Span<byte> Page(int page) => _memory.AsSpan(page * pageBytes, pageBytes);

    public void Execute(StepBatch batch, HiddenStates hidden, Span<float> logits) => throw new NotSupportedException();

    public void CopyPage(int from, int to) => throw new NotSupportedException();
}
