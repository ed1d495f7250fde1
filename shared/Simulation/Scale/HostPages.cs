using OrleansInference.Serving.Pages;

namespace OrleansInference.Simulation.Scale;

/// <summary>Room for pages beside the pool that holds nothing but their number. Coming back takes the time of a copy, which the step's transfers hide.</summary>
internal sealed class HostPages(int slots) : IPageStore
{
    public int Slots => slots;

    public void Save(int page, int slot)
    {
    }

    public PageLoad Load(int slot, int page) => PageLoad.Loaded;

    public void Free(int slot)
    {
    }

    public void Allow(TimeSpan time)
    {
    }
}
