using OrleansInference.Simulation.Kernel;

namespace OrleansInference.SimulationTests.Kernel;

public sealed class KernelTests
{
    [Fact]
    public void What_is_drawn_under_one_name_does_not_move_what_is_drawn_under_another()
    {
        SeededRandom random = new(5);
        ulong expected = random.Split("b").Next();
        SeededRandom other = random.Split("a");
        for (int i = 0; i < 10; i++)
        {
            other.Next();
        }

        Assert.Equal(expected, random.Split("b").Next());
        Assert.NotEqual(expected, random.Split("a").Next());
    }

    [Fact]
    public void Numbers_stay_within_their_bounds_and_reach_them()
    {
        SeededRandom random = new(1);
        HashSet<int> drawn = [];
        for (int i = 0; i < 1000; i++)
        {
            drawn.Add(random.Between(3, 7));
        }

        Assert.Equal([3, 4, 5, 6, 7], drawn.Order());
    }

    [Fact]
    public void Events_happen_by_time_and_then_in_the_order_of_scheduling()
    {
        Timeline timeline = new();
        List<int> order = [];
        timeline.After(TimeSpan.FromSeconds(2), () => order.Add(3));
        timeline.After(TimeSpan.FromSeconds(1), () => order.Add(1));
        timeline.After(TimeSpan.FromSeconds(1), () => order.Add(2));
        while (timeline.Step(TimeSpan.FromSeconds(5)))
        {
        }

        Assert.Equal([1, 2, 3], order);
        Assert.Equal(TimeSpan.FromSeconds(2), timeline.Now);
    }

    [Fact]
    public void Nothing_happens_after_the_end()
    {
        Timeline timeline = new();
        timeline.After(TimeSpan.FromSeconds(2), static () => Assert.Fail("too late"));
        Assert.False(timeline.Step(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_crashed_process_does_nothing_of_what_it_had_planned()
    {
        Timeline timeline = new();
        Process process = new();
        timeline.After(TimeSpan.FromSeconds(1), process, static () => Assert.Fail("of an earlier life"));
        process.Crash();
        process.Restart();
        timeline.Step(TimeSpan.FromSeconds(2));
        Assert.Equal(2, process.Life);
        Assert.Equal(0, timeline.Events);
    }

    [Fact]
    public void A_link_without_loss_delivers_everything_and_a_cut_one_nothing()
    {
        Timeline timeline = new();
        SimulatedNetwork network = new(timeline, new SeededRandom(3), 2);
        int arrived = 0;
        Send(network, timeline, () => arrived++);
        Assert.Equal(100, arrived);
        network.Cut(1, true);
        Send(network, timeline, () => arrived++);
        Assert.Equal(100, arrived);
        network.Cut(1, false);
        Send(network, timeline, () => arrived++);
        Assert.Equal(200, arrived);
    }

    [Fact]
    public void Weather_loses_and_repeats_messages()
    {
        Timeline timeline = new();
        SimulatedNetwork network = new(timeline, new SeededRandom(3), 2) { Loss = 0.5 };
        int arrived = 0;
        Send(network, timeline, () => arrived++);
        Assert.InRange(arrived, 20, 80);
        network.Loss = 0;
        network.Duplication = 0.5;
        arrived = 0;
        Send(network, timeline, () => arrived++);
        Assert.InRange(arrived, 120, 180);
    }

    private static void Send(SimulatedNetwork network, Timeline timeline, Action deliver)
    {
        for (int i = 0; i < 100; i++)
        {
            network.Send(0, 1, deliver);
        }

        while (timeline.Step(TimeSpan.FromHours(1)))
        {
        }
    }

    private sealed class Process() : SimulatedProcess(0, "process")
    {
        protected override void Lose()
        {
        }

        protected override void Begin()
        {
        }
    }
}
