namespace OrleansInference.Serving.Control;

/// <summary>The receiving end of a live migration.</summary>
internal sealed class PageArrivals(long epoch, LayerRange layers, IStageWork work, StageJournals journals, IControlPort port)
{
    private readonly Dictionary<(int First, int Page), int> _versions = [];

    /// <summary>The plan to be.</summary>
    public long Epoch => epoch;

    public LayerRange Layers => layers;

    /// <summary>What comes with the pages.</summary>
    public StageJournals Journals => journals;

    /// <summary>Takes a page, unless a younger version of it is there, and says so.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Take(PageContents message)
    {
        int have = _versions.GetValueOrDefault((message.Layers.First, message.Page));
        if (message.Version > have)
        {
            work.WritePage(message.Layers, message.Page, message.Contents);
            journals.Write(message.Layers, message.Page, message.Kept);
            _versions[(message.Layers.First, message.Page)] = message.Version;
        }

        port.Send(Address.Device(message.From.Device), new PageTaken(epoch, message.Layers, message.Page, Math.Max(have, message.Version)));
        return message.Version > have;
    }
}
