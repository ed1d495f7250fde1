using System.Diagnostics;
using OrleansInference.Models;
using OrleansInference.Serving;
using OrleansInference.Serving.Offload;
using OrleansInference.Serving.Pages;
using OrleansInference.Unit.Pages;

namespace OrleansInference.Unit.Serving.Offload;

public sealed class OffloadStoreTests : IDisposable
{
    private const int PageBytes = 4096;
    private const int Staging = 64; // pages in memory before a file

    private readonly MemoryStage _stage = new(2, PageBytes);
    private readonly ManualTime _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("offload-").FullName;

    [Fact]
    public void Without_a_budget_there_is_no_store() => Assert.Null(Create(0, 0));

    [Fact]
    public void A_budget_smaller_than_a_page_holds_none() => Assert.Null(OffloadStore.Create(new() { OffloadMemoryBytes = PageBytes - 1 }, new([_stage]), _time));

    [Fact]
    public void Memory_gives_back_what_was_saved() => Seeded.Run(random =>
    {
        using OffloadStore store = Create(memory: 5, file: 0)!;
        Assert.Equal(5, store.Slots);
        Scramble(random, store, 400);
    });

    [Fact]
    public void A_file_gives_back_what_was_saved() => Seeded.Run(random =>
    {
        using OffloadStore store = Create(memory: 0, file: 300)!;
        Assert.Equal(300 + (Staging / 2), store.Slots);
        Scramble(random, store, 3000);
    });

    [Fact]
    public void A_step_that_has_no_time_loads_nothing_and_one_that_has_little_loads_one()
    {
        using OffloadStore store = Create(memory: 4, file: 0)!;
        store.Save(0, 0);
        store.Allow(TimeSpan.Zero);
        Assert.Equal(PageLoad.Later, store.Load(0, 1));
        store.Allow(TimeSpan.FromMilliseconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(PageLoad.Loaded, store.Load(0, 1));
        Assert.Equal(PageLoad.Later, store.Load(0, 1));
        store.Allow(TimeSpan.MaxValue);
        Assert.Equal(PageLoad.Loaded, store.Load(0, 1));
        Assert.Equal(PageLoad.Loaded, store.Load(0, 1));
    }

    [Fact]
    public void Damage_in_the_file_is_noticed()
    {
        using OffloadStore store = Create(memory: 0, file: 200)!;
        for (int slot = 0; slot < store.Slots; slot++)
        {
            Fill(slot);
            store.Save(0, slot);
            WaitForRoom(store, slot);
        }

        Run("dd", "if=/dev/zero", $"of={Assert.Single(Directory.GetFiles(_folder))}", "bs=4096", "count=200", "conv=notrunc");
        store.Allow(TimeSpan.MaxValue);
        PageLoad[] loads = [.. Enumerable.Range(0, store.Slots).Select(slot => store.Load(slot, 1))];
        Assert.Equal(PageLoad.Lost, loads[0]);
        Assert.Equal(PageLoad.Loaded, loads[^1]);
    }

    [Fact]
    public void A_file_that_was_cut_short_loses_its_pages()
    {
        using OffloadStore store = Create(memory: 0, file: 200)!;
        for (int slot = 0; slot < store.Slots; slot++)
        {
            store.Save(0, slot);
            WaitForRoom(store, slot);
        }

        Run("truncate", "-s", "100", Assert.Single(Directory.GetFiles(_folder)));
        store.Allow(TimeSpan.MaxValue);
        Assert.Equal(PageLoad.Lost, store.Load(0, 1));
    }

    [Fact]
    public void A_slot_that_was_freed_or_never_saved_holds_nothing()
    {
        using OffloadStore store = Create(memory: 4, file: 0)!;
        store.Allow(TimeSpan.MaxValue);
        Assert.Equal(PageLoad.Lost, store.Load(0, 1));
        store.Save(0, 0);
        store.Free(0);
        store.Free(0);
        Assert.Equal(PageLoad.Lost, store.Load(0, 1));
    }

    [Fact]
    public void Its_file_goes_with_it_and_so_do_files_that_others_left_behind()
    {
        string left = Path.Combine(_folder, "pages-1-left.kv");
        File.WriteAllBytes(left, new byte[10]);
        string other = Path.Combine(_folder, "keep.kv");
        File.WriteAllBytes(other, new byte[10]);
        using (Create(0, 100))
        {
            using (Create(0, 100))
            {
                Assert.Equal(2, Directory.GetFiles(_folder, "pages-*").Length);
            }

            Assert.False(File.Exists(left));
        }

        Assert.Equal(other, Assert.Single(Directory.GetFiles(_folder)));
    }

    [Fact]
    public void A_folder_that_cannot_be_is_refused()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        ServingOptions options = new() { OffloadFileBytes = 100 * PageBytes, OffloadFolder = file };
        InferenceException refusal = Assert.Throws<InferenceException>(() => OffloadStore.Create(options, new([_stage]), _time));
        Assert.Equal(ErrorCode.InvalidOption, refusal.Code);
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Saves, loads and frees at random: a page comes back as it was saved last, or is said to be lost, which only a writer that falls behind may cause.</summary>
    private void Scramble(Random random, OffloadStore store, int steps)
    {
        Dictionary<int, int> saved = [];
        int lost = 0;
        store.Allow(TimeSpan.MaxValue);
        for (int step = 0; step < steps; step++)
        {
            int slot = random.Next(store.Slots);
            switch (random.Next(4))
            {
                case 0:
                    store.Free(slot);
                    saved.Remove(slot);
                    break;
                case 1 or 2:
                    Fill(step);
                    store.Save(0, slot);
                    saved[slot] = step;
                    break;
                default:
                    PageLoad load = store.Load(slot, 1);
                    Assert.True(load == PageLoad.Lost || saved.ContainsKey(slot));
                    if (load == PageLoad.Loaded)
                    {
                        Fill(saved[slot]);
                        Assert.True(_stage.Page(0).SequenceEqual(_stage.Page(1)), $"step {step}, slot {slot}");
                    }
                    else if (saved.Remove(slot))
                    {
                        lost++;
                    }

                    break;
            }
        }

        Assert.True(store.Slots > Staging || lost == 0);
    }

    // The page writer is given its time: the test is of what lies in the file.
    private void WaitForRoom(OffloadStore store, int slot)
    {
        store.Allow(TimeSpan.MaxValue);
        Assert.True(SpinWait.SpinUntil(() => Retry(store, slot), TimeSpan.FromMinutes(1)), "the page writer does not come to an end");
    }

    private static bool Retry(OffloadStore store, int slot)
    {
        if (store.Load(slot, 1) == PageLoad.Loaded)
        {
            return true;
        }

        store.Save(0, slot);
        return false;
    }

    // .NET respects the file's lock; these do not.
    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void Fill(int seed) => new Random(seed).NextBytes(_stage.Page(0));

    private OffloadStore? Create(int memory, int file) => OffloadStore.Create(
        new() { OffloadMemoryBytes = memory * PageBytes, OffloadFileBytes = file * PageBytes, OffloadFolder = _folder }, new PageContents([_stage]), _time);
}
