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
    public void Disposing_ends_workers_that_have_parked_for_certain() => Within("parked workers to end", () =>
    {
        WorkerTeam team = new(4, "test");
        SpinWait.SpinUntil(() => team.Parked == 3);
        team.Dispose();
    });

    [Fact]
    public void A_run_completes_although_no_other_worker_takes_part() => Within("the caller to do everything", () =>
    {
        using ManualResetEvent free = new(false);
        WorkerTeam team = new(4, "test", _ => free.WaitOne());
        try
        {
            foreach (int tiles in (int[])[2, 3, 100, 1, 1000])
            {
                Counting work = new(tiles, workers: 1);
                team.Run(work, tiles);
                Assert.All(work.Runs, static count => Assert.Equal(1, count));
                Assert.False(work.Foreign, "another worker than the caller took a tile");
            }
        }
        finally
        {
            free.Set();
            team.Dispose();
        }
    });

    [Fact]
    public void A_worker_that_comes_late_takes_tiles_of_the_work_in_progress_and_none_of_work_that_has_ended() => Within("a late worker", () =>
    {
        using ManualResetEvent free = new(false);
        using AutoResetEvent came = new(false);
        using WorkerTeam team = new(2, "test", _ =>
        {
            came.Set();
            free.WaitOne();
        });
        for (int round = 0; round < 200; round++)
        {
            SpinWait.SpinUntil(() => team.Parked == 1);
            free.Reset();
            came.Reset();
            Counting[] ended = [new(2, 2), new(7, 2), new(3, 2)];
            foreach (Counting work in ended)
            {
                team.Run(work, work.Runs.Length);
                work.End();
            }

            // The worker was woken for the first of these, and comes to the counter in the middle of another: the caller lets it go on and waits until it has a tile.
            came.WaitOne();
            using ManualResetEvent taken = new(false);
            Counting late = new(5, 2)
            {
                During = worker =>
                {
                    if (worker == 0)
                    {
                        free.Set();
                        taken.WaitOne();
                    }
                    else
                    {
                        taken.Set();
                    }
                },
            };
            team.Run(late, 5);
            late.End();
            Assert.All(late.Runs, static count => Assert.Equal(1, count));
            Assert.All(ended, static work => Assert.All(work.Runs, static count => Assert.Equal(1, count)));
            Assert.All([late, .. ended], static work => Assert.False(work.RanAfterItsEnd, "a tile of work that had ended was run"));
        }
    });

    [Fact]
    public void Work_of_many_sizes_runs_once_and_whole_whenever_the_workers_come() => Within("2,000 pieces of work with workers that are held up at random", () =>
    {
        const int Workers = 4;
        int seed = Seed.Next();
        Random random = new(seed);
        int[] delays = [.. Enumerable.Range(0, 1024).Select(_ => random.Next(20) == 0 ? random.Next(20_000) : random.Next(50))];
        int delay = 0;
        void Delay() => Thread.SpinWait(delays[Interlocked.Increment(ref delay) & 1023]);
        using WorkerTeam team = new(Workers, "test", _ => Delay());
        List<Counting> all = [];
        for (int i = 0; i < 2000; i++)
        {
            Counting work = new(random.Next(1, 12), Workers) { During = _ => Delay(), Failing = random.Next(10) == 0 ? random.Next(12) : -1 };
            all.Add(work);
            bool fails = work.Failing >= 0 && work.Failing < work.Runs.Length;
            Assert.Equal(fails, Record.Exception(() => team.Run(work, work.Runs.Length)) is InvalidDataException);
            work.End();
            Assert.True(Array.TrueForAll(work.Runs, count => count == 1 || (fails && count == 0)), $"seed {seed}, work {i}: tiles ran {string.Join(' ', work.Runs)} times");
        }

        Assert.All(all, work => Assert.False(work.RanAfterItsEnd || work.Foreign, $"seed {seed}: a tile ran after the work's end, or on no worker of the team"));
    });

    [Fact]
    public void A_caller_whose_worker_is_held_up_in_a_tile_parks_and_is_woken() => Within("a parked caller", () =>
    {
        using WorkerTeam team = new(2, "test");
        Thread caller = Thread.CurrentThread;
        for (int round = 0; round < 50; round++)
        {
            using ManualResetEvent taken = new(false);
            Counting work = new(2, 2)
            {
                During = worker =>
                {
                    if (worker == 0)
                    {
                        taken.WaitOne();
                        return;
                    }

                    taken.Set();
                    SpinWait.SpinUntil(() => team.CallerParked && (caller.ThreadState & ThreadState.WaitSleepJoin) != 0);
                },
            };
            team.Run(work, 2);
            Assert.All(work.Runs, static count => Assert.Equal(1, count));
        }
    });

    [Fact]
    public void Parked_workers_are_woken_for_as_many_tiles_as_there_are() => Within("one of three parked workers", () =>
    {
        List<int> came = [];
        using WorkerTeam team = new(4, "test", worker =>
        {
            lock (came)
            {
                came.Add(worker);
            }
        });
        for (int round = 1; round <= 20; round++)
        {
            SpinWait.SpinUntil(() => team.Parked == 3);
            using ManualResetEvent taken = new(false);
            team.Run(new Counting(2, 4) { During = worker => Meet(worker, taken) }, 2);
            Assert.Equal(Enumerable.Repeat(1, round), came);
        }
    });

    [Fact]
    public void After_a_failure_no_other_tile_begins() => Within("a team whose fourth tile fails", () =>
    {
        using ManualResetEvent free = new(false);
        WorkerTeam team = new(3, "test", _ => free.WaitOne());
        try
        {
            Counting work = new(10, 3) { Failing = 3 };
            Assert.Throws<InvalidDataException>(() => team.Run(work, 10));
            Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], work.Runs);
        }
        finally
        {
            free.Set();
            team.Dispose();
        }
    });

    [Fact]
    public void A_tile_that_fails_on_another_worker_reaches_the_caller() => Within("a failure of worker 1", () =>
    {
        using WorkerTeam team = new(2, "test");
        using ManualResetEvent taken = new(false);
        Counting work = new(4, 2)
        {
            During = worker =>
            {
                Meet(worker, taken);
                if (worker == 1)
                {
                    throw new InvalidDataException("worker 1");
                }
            },
        };
        Assert.Equal("worker 1", Assert.Throws<InvalidDataException>(() => team.Run(work, 4)).Message);
        Counting next = new(4, 2);
        team.Run(next, 4);
        Assert.All(next.Runs, static count => Assert.Equal(1, count));
    });

    [Fact]
    public void A_tile_that_runs_tiles_on_its_own_team_is_refused_and_the_team_goes_on() => Within("nested work", () =>
    {
        foreach (int tiles in (int[])[1, 8])
        {
            using WorkerTeam team = new(3, "test");
            Assert.Throws<InvalidOperationException>(() => team.Run(new Counting(tiles, 3) { During = _ => team.Run(new Counting(4, 3), 4) }, tiles));
            Assert.Throws<InvalidOperationException>(() => team.Run(new Counting(tiles, 3) { During = _ => team.Run(new Counting(1, 3), 1) }, tiles));
            Counting work = new(20, 3);
            team.Run(work, 20);
            Assert.All(work.Runs, static count => Assert.Equal(1, count));
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

    /// <summary>Holds the caller's tile until another worker has one.</summary>
    private static void Meet(int worker, ManualResetEvent taken)
    {
        if (worker == 0)
        {
            taken.WaitOne();
        }
        else
        {
            taken.Set();
        }
    }

    private sealed class Counting(int tiles, int workers) : IParallelWork
    {
        private volatile bool _ended;

        public int[] Runs { get; } = new int[tiles];

        public bool Foreign { get; private set; }

        public bool RanAfterItsEnd { get; private set; }

        /// <summary>Called in each tile with its worker.</summary>
        public Action<int>? During { get; init; }

        /// <summary>The tile that fails.</summary>
        public int Failing { get; init; } = -1;

        public void End() => _ended = true;

        public void RunTile(int tile, int worker)
        {
            RanAfterItsEnd |= _ended;
            Interlocked.Increment(ref Runs[tile]);
            Foreign |= worker < 0 || worker >= workers;
            During?.Invoke(worker);
            RanAfterItsEnd |= _ended;
            if (tile == Failing)
            {
                throw new InvalidDataException($"tile {tile}");
            }
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
