using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;

namespace OrleansInference.Unit.Engine.KvCache;

/// <summary>Compares hits, refusals and evictions with a model that keeps prefixes as strings in a dictionary.</summary>
public sealed class PageAllocatorModelTests
{
    private static readonly PageRoot Root = PageRoot.Create("m", "", [1]);

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(200)]
    public void Hits_refusals_and_evictions_are_those_of_the_model(int pages) => Seeded.Run(random => Compare(random, pages));

    private static void Compare(Random random, int pages)
    {
        PageAllocator allocator = new(pages);
        Model model = new(pages);
        List<(SequencePages Pages, List<int> Tokens, Model.Sequence Twin)> live = [];
        List<int[]> texts = [[1]];
        for (int step = 0; step < 4000; step++)
        {
            if (live.Count == 0 || (live.Count < 8 && random.Next(4) == 0))
            {
                int[] text = texts[random.Next(texts.Count)];
                List<int> prompt = [.. text[..random.Next(1, text.Length + 1)], .. Enumerable.Repeat(random.Next(2), random.Next(30))];
                SequencePages sequence = new();
                Model.Sequence twin = new();
                Assert.Equal(model.Begin(twin, prompt), allocator.Begin(sequence, Root, [.. prompt]));
                live.Add((sequence, prompt, twin));
            }
            else if (random.Next(6) == 0)
            {
                (SequencePages sequence, List<int> tokens, Model.Sequence twin) = live[random.Next(live.Count)];
                live.RemoveAll(entry => entry.Pages == sequence);
                texts.Add([.. tokens]);
                if (texts.Count > 12)
                    texts.RemoveAt(0);
                allocator.Release(sequence);
                model.Release(twin);
            }
            else
            {
                (SequencePages sequence, List<int> tokens, Model.Sequence twin) = live[random.Next(live.Count)];
                int count = Math.Max(1, Math.Min(tokens.Count - sequence.Length, random.Next(40)));
                while (tokens.Count < sequence.Length + count)
                    tokens.Add(random.Next(2));
                int[] slice = [.. tokens.Skip(sequence.Length).Take(count)];
                bool reserved = allocator.TryReserve(sequence, sequence.Length + count);
                Assert.Equal(model.Reserve(twin, twin.Tokens.Count + count), reserved);
                if (reserved)
                {
                    allocator.Commit(sequence, slice);
                    model.Commit(twin, slice);
                }
            }

            PageStatistics statistics = allocator.Statistics;
            Assert.Equal(
                (model.InUse, model.Cached, model.Free, model.Evictions),
                (statistics.InUse, statistics.Cached, statistics.Free, statistics.Evictions));
            Assert.Null(allocator.FindViolation());
        }
    }

    private sealed class Model(int pages)
    {
        private readonly Dictionary<string, Node> _published = [];
        private int _private;
        private long _clock;

        public long Evictions { get; private set; }

        public int InUse => _private + _published.Values.Count(node => node.Holders > 0);

        public int Cached => _published.Values.Count(node => node.Holders == 0);

        public int Free => pages - InUse - Cached;

        public int Begin(Sequence sequence, List<int> prompt)
        {
            int length = 0;
            while (length + KvLayout.PageTokens < prompt.Count && _published.TryGetValue(Key(prompt, length + KvLayout.PageTokens), out Node? node))
            {
                node.Holders++;
                length += KvLayout.PageTokens;
            }

            sequence.Tokens.AddRange(prompt[..length]);
            return length;
        }

        public bool Reserve(Sequence sequence, int tokens)
        {
            int more = Math.Max(0, KvLayout.PagesFor(tokens) - (sequence.Tokens.Count / KvLayout.PageTokens) - sequence.Private);
            if (more > Free + Cached)
                return false;
            for (; Free < more; Evictions++)
                _published.Remove(_published.Where(pair => pair.Value.Holders == 0).MinBy(pair => pair.Value.Released).Key);
            sequence.Private += more;
            _private += more;
            return true;
        }

        public void Commit(Sequence sequence, int[] tokens)
        {
            foreach (int token in tokens)
            {
                sequence.Tokens.Add(token);
                if (sequence.Tokens.Count % KvLayout.PageTokens != 0)
                    continue;
                string key = Key(sequence.Tokens, sequence.Tokens.Count);
                if (!_published.TryGetValue(key, out Node? node))
                    _published.Add(key, node = new Node());
                node.Holders++;
                sequence.Private--;
                _private--;
            }
        }

        public void Release(Sequence sequence)
        {
            _private -= sequence.Private;
            for (int length = sequence.Tokens.Count / KvLayout.PageTokens * KvLayout.PageTokens; length > 0; length -= KvLayout.PageTokens)
            {
                Node node = _published[Key(sequence.Tokens, length)];
                node.Released = ++_clock;
                node.Holders--;
            }
        }

        private static string Key(List<int> tokens, int length) => string.Join(',', tokens.Take(length));

        public sealed class Sequence
        {
            public List<int> Tokens { get; } = [];

            public int Private { get; set; }
        }

        private sealed class Node
        {
            public int Holders { get; set; }

            public long Released { get; set; }
        }
    }
}
