using OrleansInference.Compute;
using OrleansInference.Compute.Threading;

namespace OrleansInference.Unit.Compute.Threading;

public sealed class WorkerTeamTests
{
    [Fact]
    public void Every_tile_runs_exactly_once_on_a_worker_of_the_team() => Within("teams of 1 to 5 to run up to 1,000 tiles", () =>
    {
        foreach (int workers in (int[])[1, 2, 3, 5])
        {
            using WorkerTeam team = new(workers, "test");
            foreach (int tiles in (int[])[0, 1, 2, 3, 4, 7, 64, 1000])
            {
                Counting work = new(tiles, workers);
                team.Run(work, tiles);
                Assert.All(work.Runs, static count => Assert.Equal(1, count));
                Assert.False(work.Foreign, $"{workers} workers, {tiles} tiles: a worker number was out of range");
            }
        }
    });

    [Fact]
    public void An_exception_reaches_the_caller_and_the_team_goes_on() => Within("a team whose tiles fail", () =>
    {
        foreach (int workers in (int[])[1, 2, 4])
        {
            using WorkerTeam team = new(workers, "test");
            for (int failing = 0; failing < 20; failing++)
            {
                InvalidDataException thrown = Assert.Throws<InvalidDataException>(() => team.Run(new Failing(failing), 20));
                Assert.Equal($"tile {failing}", thrown.Message);
                Counting work = new(20, workers);
                team.Run(work, 20);
                Assert.All(work.Runs, static count => Assert.Equal(1, count));
            }

            Assert.Throws<InvalidDataException>(() => team.Run(new Failing(-1), 20));
            Assert.Throws<InvalidDataException>(() => team.Run(new Failing(0), 1));
        }
    });

    [Fact]
    public void No_wakeup_is_lost_over_many_tiny_runs()
    {
        int done = 0;
        Within("1,500 runs of four tiles, with pauses in which workers begin to park", () =>
        {
            using WorkerTeam team = new(3, "test");
            Counting work = new(4, 3);
            Random random = new(1);
            for (; done < 1500; done++)
            {
                team.Run(work, 4);
                Thread.SpinWait(random.Next(4) == 0 ? random.Next(30_000) : random.Next(100));
            }

            Assert.All(work.Runs, static count => Assert.Equal(1500, count));
        });
        Assert.Equal(1500, done);
    }

    [Fact]
    public void Disposing_ends_workers_that_spin_and_workers_that_are_parked() => Within("60 teams to end", () =>
    {
        for (int i = 0; i < 60; i++)
        {
            WorkerTeam team = new(3, "test");
            if (i % 3 != 0)
            {
                team.Run(new Counting(4, 3), 4);
            }

            Thread.SpinWait(i * 2000);
            team.Dispose();
            team.Dispose();
            Assert.Throws<ObjectDisposedException>(() => team.Run(new Counting(4, 3), 4));
        }
    });

    [Fact]
    public void A_team_has_at_least_one_worker() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0, "test"));

    [Fact]
    public void Row_work_does_every_row_once() => Within("rows", () =>
    {
        using WorkerTeam team = new(3, "test");
        RowWork rowWork = new(team);
        for (int rows = 1; rows < 40; rows++)
        {
            CountingRows operation = new(rows);
            rowWork.Run(operation, rows);
            Assert.All(operation.Runs, static count => Assert.Equal(1, count));
        }
    });

    private static void Within(string what, Action action)
    {
        // A team that hangs must fail the test, not the run; the limit is for a machine that is busy with other things.
        Task task = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(Task.WhenAny(task, Task.Delay(TimeSpan.FromMinutes(3))).GetAwaiter().GetResult() == task, $"Waited three minutes for {what}.");
        task.GetAwaiter().GetResult();
    }

    private sealed class Counting(int tiles, int workers) : IParallelWork
    {
        public int[] Runs { get; } = new int[tiles];

        public bool Foreign { get; private set; }

        public void RunTile(int tile, int worker)
        {
            Interlocked.Increment(ref Runs[tile]);
            Foreign |= worker < 0 || worker >= workers;
        }
    }

    private sealed class Failing(int failing) : IParallelWork
    {
        public void RunTile(int tile, int worker)
        {
            if (tile == failing || failing < 0)
            {
                throw new InvalidDataException($"tile {tile}");
            }
        }
    }

    private sealed class CountingRows(int rows) : IRowOperation
    {
        public int[] Runs { get; } = new int[rows];

        public void Row(int row) => Interlocked.Increment(ref Runs[row]);
    }
}
