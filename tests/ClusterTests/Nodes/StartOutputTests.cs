using OrleansInference.Compute;
using OrleansInference.Silo.Hosting;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>What a start prints while it goes on.</summary>
public sealed class StartOutputTests : IDisposable
{
    private readonly StringWriter _text = new();

    public void Dispose() => _text.Dispose();

    [Fact]
    public void Steps_are_lines_and_a_quarter_of_the_weights_is_one_where_the_output_is_no_terminal()
    {
        StartOutput output = new(_text, isTerminal: false);
        output.Say("Loading demo");
        for (int done = 0; done <= 1000; done++)
        {
            output.Report(new LoadProgress(LoadPhase.Packing, done * 100_000L, 100_000_000));
        }

        output.Serves("Node n serves demo at http://127.0.0.1:8000", "http://127.0.0.1:8000");
        Assert.Equal(
            [
                "Loading demo …",
                "Packing 100 MB of weights [........................]   0 %",
                "Packing 100 MB of weights [######..................]  25 %",
                "Packing 100 MB of weights [############............]  50 %",
                "Packing 100 MB of weights [##################......]  75 %",
                "Packing 100 MB of weights [########################] 100 %",
                "Node n serves demo at http://127.0.0.1:8000",
                "  Chat page: http://127.0.0.1:8000/",
                "  API:       http://127.0.0.1:8000/v1",
                "  Stop:      Ctrl-C",
            ],
            _text.ToString().TrimEnd().Split(Environment.NewLine).SelectMany(static line => line.Split('\n')));
    }

    [Fact]
    public void In_a_terminal_the_bar_grows_in_its_line_which_ends_before_the_next_step()
    {
        StartOutput output = new(_text, isTerminal: true);
        output.Report(new LoadProgress(LoadPhase.Verifying, 1, 4));
        output.Report(new LoadProgress(LoadPhase.Verifying, 1, 4));
        output.Report(new LoadProgress(LoadPhase.Verifying, 2, 4));
        output.Say("Joining");
        string[] lines = _text.ToString().Split(Environment.NewLine);
        Assert.Equal(["\rChecking 0 MB of weights [######..................]  25 %\rChecking 0 MB of weights [############............]  50 %", "Joining …", ""], lines);
    }
}
