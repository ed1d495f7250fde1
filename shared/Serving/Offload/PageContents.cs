using OrleansInference.Compute;

namespace OrleansInference.Serving.Offload;

/// <summary>The bytes behind a page number, over all stages of a model, one stage after another.</summary>
internal sealed class PageContents(IReadOnlyList<IModelStage> stages)
{
    /// <summary>Bytes of a page.</summary>
    public int Bytes { get; } = checked(stages.Sum(static stage => stage.Page(0).Length));

    /// <summary>Copies a page out.</summary>
    /// <returns>The checksum of what was copied.</returns>
    public PageChecksum Read(int page, Span<byte> destination)
    {
        PageChecksum sum = PageChecksum.Start;
        foreach (IModelStage stage in stages)
        {
            ReadOnlySpan<byte> part = stage.Page(page);
            part.CopyTo(destination);
            sum = sum.Append(part);
            destination = destination[part.Length..];
        }

        return sum;
    }

    /// <summary>Copies a page back.</summary>
    /// <returns>The checksum of what was copied; where it is not the one of <see cref="Read"/>, the page is not to be used.</returns>
    public PageChecksum Write(int page, ReadOnlySpan<byte> source)
    {
        PageChecksum sum = PageChecksum.Start;
        foreach (IModelStage stage in stages)
        {
            Span<byte> part = stage.Page(page);
            source[..part.Length].CopyTo(part);
            sum = sum.Append(part);
            source = source[part.Length..];
        }

        return sum;
    }
}
