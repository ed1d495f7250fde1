using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.ClusterTests.Metrics;

public sealed class RouterFiguresTests
{
    private static readonly RouterSummary Known = new() { Number = 3, Serves = true, Phase = "known", Figures = new() { Steps = 1 } };

    private ClusterView _view = ClusterView.Empty with { Router = Known };

    [Fact]
    public async Task Figures_are_the_directorys_and_what_nodes_go_by_is_the_nodes()
    {
        RouterFigures figures = Create(() => [Known with { Serves = false, Phase = "asked", Figures = new() { Steps = 7 }, Sessions = 2 }]);
        await figures.RefreshAsync(CancellationToken.None);
        RouterSummary shown = figures.View.Router;
        Assert.Equal((7, 2), (shown.Figures.Steps, shown.Sessions));
        Assert.Equal((true, "known"), (shown.Serves, shown.Phase));
    }

    [Fact]
    public async Task Figures_of_another_activation_of_the_router_are_not_shown()
    {
        RouterFigures figures = Create(() => [Known with { Figures = new() { Steps = 7 } }]);
        await figures.RefreshAsync(CancellationToken.None);
        _view = _view with { Router = Known with { Number = 4, Figures = default } };
        Assert.Equal(0, figures.View.Router.Figures.Steps);
    }

    [Fact]
    public async Task Where_the_directory_is_not_reached_the_node_shows_what_it_knows()
    {
        RouterFigures figures = Create(static () => throw new TimeoutException());
        await figures.RefreshAsync(CancellationToken.None);
        Assert.Equal(1, figures.View.Router.Figures.Steps);
    }

    private RouterFigures Create(Func<IReadOnlyList<RouterSummary>> ask)
    {
        RouterFigures figures = new(() => _view);
        figures.Connect(() => Task.Run(ask));
        return figures;
    }
}
