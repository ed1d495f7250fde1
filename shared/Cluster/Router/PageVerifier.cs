using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Computes cached pages again after every change of plans and compares them, bit for bit, on every stage. A piece has a few pages, one piece is under way at a time, and pauses between pieces
/// leave the stages to the steps.
/// </summary>
/// <param name="enabled">Whether pages are verified.</param>
/// <param name="scheduler">Has the cached pages.</param>
/// <param name="outbox">Sends the pieces.</param>
internal sealed class PageVerifier(bool enabled, Scheduler scheduler, Outbox<ControlKey> outbox)
{
    private const int PagesOfPiece = 4;
    private const int PauseTimes = 4; // as long as a piece took

    private static readonly TimeSpan WithoutSteps = TimeSpan.FromSeconds(1);

    private readonly Queue<int> _leaves = new(); // pages that end a chain
    private readonly HashSet<int> _compared = []; // pages that were
    private readonly Verification _verification = new();
    private Dictionary<int, PublishedPage> _chains = []; // as they were when the plan came into force
    private TimeSpan _verifyAt;

    /// <summary>Pages that were computed again and compared.</summary>
    public long VerifiedPages { get; private set; }

    /// <summary>Whether a piece is due.</summary>
    public bool IsDue(TimeSpan now) => _verification.Sent is null && now >= _verifyAt;

    /// <summary>Begins with all cached pages.</summary>
    public void Begin()
    {
        if (!enabled)
        {
            return;
        }

        End();
        _leaves.Clear();
        _compared.Clear();
        PublishedPage[] published = scheduler.Pages.Published.List();
        _chains = published.ToDictionary(static page => page.Page);
        HashSet<int> continued = [.. published.Select(static page => page.Before)];
        foreach (PublishedPage page in published.Where(page => !continued.Contains(page.Page)))
        {
            _leaves.Enqueue(page.Page);
        }
    }

    /// <summary>Sends the next piece, if there is one and the stages know of its pages.</summary>
    public void Pump(PipelinePlan inForce, TimeSpan now)
    {
        if (!_verification.Active && !BeginChain(now))
        {
            return;
        }

        // A router that comes after a crash would trust what stages were sent before: that pages are given up they learn with the next step.
        if (!scheduler.Pages.AreReported(_verification.Scratch))
        {
            if (!scheduler.HasWork)
            {
                // No step is to come.
                End();
                _verifyAt = now + WithoutSteps;
            }

            return;
        }

        VerifyPages piece = _verification.Next(inForce.Epoch, scheduler.LastStep, PagesOfPiece);
        _verification.SentAt = now;
        outbox.Send(new ControlKey(ControlKeyKind.Verify), Address.Device(inForce.Stages[0].Device.Device), piece, now, growth: 2);
    }

    /// <summary>Takes the answer to a piece.</summary>
    /// <returns>Whether a page of it differs on some stage.</returns>
    public bool OnVerified(PagesVerified verified, TimeSpan now)
    {
        if (verified.Number != _verification.Sent?.Number)
        {
            return false;
        }

        outbox.Remove(new ControlKey(ControlKeyKind.Verify));
        _verifyAt = now + (PauseTimes * (now - _verification.SentAt));
        VerifiedPages += _verification.Sent.Compared.Length;
        _compared.UnionWith(_verification.Sent.Compared);
        bool more = _verification.EndPiece();
        if (!more || verified.Corrupted.Length > 0)
        {
            End();
        }

        return verified.Corrupted.Length > 0;
    }

    /// <summary>Gives up the chain under way.</summary>
    public void End()
    {
        outbox.Remove(new ControlKey(ControlKeyKind.Verify));
        if (_verification.Active)
        {
            scheduler.Pages.Release(_verification.Held);
            scheduler.Pages.Release(_verification.Scratch);
            _verification.End();
        }
    }

    /// <summary>Holds the next chain that is still cached and has a page that was not compared, if there is plenty of room.</summary>
    private bool BeginChain(TimeSpan now)
    {
        while (_leaves.TryPeek(out int leaf))
        {
            List<PublishedPage> chain = [];
            for (int page = leaf; page >= 0; page = _chains[page].Before)
            {
                chain.Add(_chains[page]);
            }

            chain.Reverse();
            int first = chain.FindIndex(page => !_compared.Contains(page.Page));
            int[] tokens = [.. chain.SelectMany(static page => page.Tokens.ToArray())];
            switch (first < 0 ? PageHold.Gone : scheduler.Pages.TryHold(chain[0].Root, tokens, first, _verification.Held, _verification.Scratch))
            {
                case PageHold.Held:
                    _verification.Begin(tokens, first);
                    return true;
                case PageHold.NoRoom:
                    _verifyAt = now + WithoutSteps;
                    return false;
                default:
                    _leaves.Dequeue();
                    break;
            }
        }

        return false;
    }

    /// <summary>A chain of pages that is compared, piece by piece.</summary>
    private sealed class Verification
    {
        private int[] _tokens = [];
        private int _first; // page of the chain that the scratch pages begin with
        private int _next;
        private long _number;

        /// <summary>The pages of the chain.</summary>
        public SequencePages Held { get; } = new();

        /// <summary>Pages to compute them again in.</summary>
        public SequencePages Scratch { get; } = new();

        public bool Active { get; private set; }

        /// <summary>The piece that is under way.</summary>
        public VerifyPages? Sent { get; private set; }

        public TimeSpan SentAt { get; set; }

        /// <param name="tokens">Of the chain.</param>
        /// <param name="first">The first page that was not compared; those before it are computed on from.</param>
        public void Begin(int[] tokens, int first) => (_tokens, _first, _next, Active) = (tokens, first, first, true);

        public VerifyPages Next(long epoch, long afterStep, int pages)
        {
            int end = Math.Min(_next + pages, _tokens.Length / KvLayout.PageTokens);
            int start = _next * KvLayout.PageTokens;
            int[] table = [.. Held.Pages[.._first], .. Scratch.Pages[..(end - _first)]];
            Sent = new VerifyPages(epoch, ++_number, afterStep, start, _tokens[start..(end * KvLayout.PageTokens)], table, Held.Pages[_next..end].ToArray());
            _next = end;
            return Sent;
        }

        /// <returns>Whether there is another one.</returns>
        public bool EndPiece()
        {
            Sent = null;
            return _next < _tokens.Length / KvLayout.PageTokens;
        }

        public void End()
        {
            Sent = null;
            Active = false;
        }
    }
}
