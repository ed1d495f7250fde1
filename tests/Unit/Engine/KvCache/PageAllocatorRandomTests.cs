using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

/// <summary>
/// Random operations on small pools; after each, every invariant holds, every committed position of every sequence reads as if computed alone, and who follows the notes knows what is
/// published.
/// </summary>
public sealed class PageAllocatorRandomTests
{
    private const int Steps = 4000;

    private static readonly PageRoot[] Roots = [PageRoot.Create("m", "", [1]), PageRoot.Create("m", "", [2])];

    [Theory]
    [InlineData(6, 0)]
    [InlineData(12, 3)]
    [InlineData(24, 12)]
    [InlineData(40, 100)]
    public void No_sequence_ever_reads_a_wrong_page(int pages, int slots) => Seeded.Run(random => new World(random, pages, slots).Run(Steps));

    [Theory]
    [InlineData(12, 3, 971618674)]
    [InlineData(40, 100, 971618674)]
    public void Pages_that_continue_one_whose_restore_is_not_confirmed_are_not_reported(int pages, int slots, int seed) => Seeded.Run(random => new World(random, pages, slots).Run(Steps), seed);

    [Fact]
    public void Known_seeds_stay_right()
    {
        for (int seed = 0; seed < 10; seed++)
            Seeded.Run(random => new World(random, 10, seed).Run(500), seed);
    }

    private sealed class World(Random random, int pages, int slots)
    {
        private readonly PageMemory _memory = new(pages, slots);
        private readonly List<Chat> _chats = [];
        private readonly PageLedger _ledger = new();
        private readonly int[] _limits = [random.Next(pages), int.MaxValue];
        private PageAllocator _allocator = null!;

        public void Run(int steps)
        {
            _allocator = new PageAllocator(pages, slots);
            _ledger.Take(_allocator.Published.TakeFullDelta());
            for (int step = 0; step < steps; step++)
            {
                Act();
                string? violation = _allocator.FindViolation();
                Assert.True(violation is null, $"step {step}: {violation}");
                if (random.Next(3) == 0)
                {
                    _ledger.Take(_allocator.Published.TakeDelta());
                    Assert.Equal(Described(_allocator.Published.List()), Described(_ledger.List()));
                }

                foreach (Chat chat in _chats.Where(chat => chat.Pages.IsActive))
                {
                    int wrong = _memory.FirstWrong(chat.Pages, chat.Root, chat.Tokens);
                    Assert.True(wrong < 0, $"step {step}: position {wrong} of {chat.Pages.Length} is wrong");
                }
            }

            foreach (Chat chat in _chats)
                _allocator.Release(chat.Pages);
            Assert.Equal(0, _allocator.Statistics.InUse);
            Assert.Null(_allocator.FindViolation());
        }

        private static IEnumerable<string> Described(PublishedPage[] pages) =>
            pages.Select(static page => $"{page.Page} after {page.Before} in {page.Root}: {string.Join(" ", page.Tokens.ToArray())}").Order(StringComparer.Ordinal);

        private void Act()
        {
            Chat? chat = _chats.Count == 0 ? null : _chats[random.Next(_chats.Count)];
            switch (random.Next(19))
            {
                case 0 or 1 or 2 when _chats.Count < 10:
                    Begin(new Chat(new SequencePages(), Roots[random.Next(2)], Text(chat)));
                    break;
                case 3 when chat is { Pages.IsActive: true } && _chats.Count < 10:
                    SequencePages child = new();
                    _allocator.Fork(chat.Pages, child);
                    _chats.Add(new Chat(child, chat.Root, [.. chat.Tokens]));
                    break;
                case 4 when chat is not null:
                    _allocator.Release(chat.Pages);
                    _chats.Remove(chat);
                    break;
                case 5 when chat is { Pages.IsActive: true }:
                    _allocator.Preempt(chat.Pages);
                    break;
                case 6 when chat is { Pages.IsActive: true }:
                    _allocator.Truncate(chat.Pages, random.Next(chat.Pages.Length + 1));
                    chat.Tokens.RemoveRange(chat.Pages.Length, chat.Tokens.Count - chat.Pages.Length);
                    chat.Tokens.Add(random.Next(2));
                    break;
                case 6 when random.Next(10) == 0:
                    _limits[random.Next(2)] = random.Next(4) == 0 ? int.MaxValue : random.Next(pages);
                    break;
                case 7 when random.Next(20) == 0:
                    _allocator.Cache.ForgetUnused();
                    break;
                case 8 when random.Next(20) == 0:
                    _allocator.Host.Clear();
                    break;
                default:
                    if (chat is { Pages.IsActive: true })
                        Step(chat);
                    else if (chat is not null)
                        Begin(chat);
                    break;
            }
        }

        private void Begin(Chat chat)
        {
            if (!_chats.Contains(chat))
                _chats.Add(chat);
            else if (random.Next(3) == 0)
                chat.Tokens[random.Next(chat.Tokens.Count)] ^= 1;
            _allocator.Host.AllowRestores(random.Next(4) == 0 ? random.Next(3) : int.MaxValue);
            int cached = _allocator.Begin(chat.Pages, chat.Root, [.. chat.Tokens], _limits[Array.IndexOf(Roots, chat.Root)]);
            Assert.InRange(cached, 0, chat.Tokens.Count - 1);
            Assert.True(slots > 0 || !chat.Pages.Restoring);
            Transfer();
        }

        private void Step(Chat chat)
        {
            int start = chat.Pages.Length;
            int count = Math.Min(1 + random.Next(random.Next(2) == 0 ? 3 : 40), Math.Max(1, chat.Tokens.Count - start));
            while (chat.Tokens.Count < start + count)
                chat.Tokens.Add(random.Next(2));
            int speculated = random.Next(3) == 0 ? random.Next(20) : 0;
            int available = _allocator.AvailablePages;
            if (!_allocator.TryReserve(chat.Pages, start + count + speculated))
            {
                Assert.True(available <= Math.Max(0, KvLayout.PagesFor(start + count + speculated) - chat.Pages.Pages.Length));
                return;
            }

            Transfer();
            List<int> written = [.. chat.Tokens[..(start + count)], .. Enumerable.Repeat(-1, speculated)];
            _memory.Write(chat.Pages, chat.Root, written, start);
            _allocator.Commit(chat.Pages, chat.Tokens.GetRange(start, count).ToArray());
            if (random.Next(2) == 0)
                _allocator.Truncate(chat.Pages, chat.Pages.Length);
            if (chat.Tokens.Count == chat.Pages.Length)
                chat.Tokens.Add(random.Next(2));
        }

        private List<int> Text(Chat? like)
        {
            List<int> tokens = like is null || random.Next(4) == 0 ? [] : like.Tokens[..random.Next(like.Tokens.Count + 1)];
            int more = 1 + random.Next(40);
            int token = random.Next(2);
            for (int index = 0; index < more; index++)
                tokens.Add(token);
            return tokens;
        }

        private void Transfer()
        {
            _memory.Copy(_allocator.Transfers.Pending);
            _allocator.Transfers.Clear();
            _allocator.Published.ConfirmRestores(_allocator.Host.LastRestore - random.Next(3));
        }
    }

    private sealed record Chat(SequencePages Pages, PageRoot Root, List<int> Tokens);
}
