using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;

namespace OrleansInference.Cluster.Router;

/// <summary>
/// Recomputes cached pages after every change of plan and compares them, bit for bit, on every stage. A piece has a few pages. One piece is in flight at a time, and pauses between
/// pieces leave the stages free for steps.
/// </summary>
/// <param name="enabled">Whether pages are verified.</param>
/// <param name="scheduler">Owns the cached pages.</param>
/// <param name="outbox">Sends the pieces.</param>
internal sealed class PageVerifier(bool enabled, Scheduler scheduler, Outbox<ControlKey> outbox)
{
    private const int PagesOfPiece = 4;
    private const int PauseTimes = 4; // multiple of the time that a piece took

    private static readonly TimeSpan WithoutSteps = TimeSpan.FromSeconds(1);

    private readonly Queue<int> _leaves = new(); // the last page of each chain
    private readonly HashSet<int> _compared = []; // pages that were compared
    private readonly Verification _verification = new();
    private Dictionary<int, PublishedPage> _chains = []; // by page, as of the time when the plan came into force
    private TimeSpan _verifyAt;

    /// <summary>Number of pages that were recomputed and compared.</summary>
    public long VerifiedPages { get; private set; }

    /// <summary>Returns whether a piece is due.</summary>
    public bool IsDue(TimeSpan now) => _verification.Sent is null && now >= _verifyAt;

    /// <summary>Starts with all cached pages.</summary>
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

    /// <summary>Sends the next piece, if there is one and its page changes have been sent to the stages.</summary>
    public void Pump(PipelinePlan inForce, TimeSpan now)
    {
        if (!_verification.Active && !BeginChain(now))
        {
            return;
        }

        // The stages receive the release of these pages with the next step. Until then, the next router after a crash would trust the earlier contents that the stages were sent.
        if (!scheduler.Pages.AreReported(_verification.Scratch))
        {
            if (!scheduler.HasWork)
            {
                // No step will follow.
                End();
                _verifyAt = now + WithoutSteps;
            }

            return;
        }

        VerifyPages piece = _verification.Next(inForce.Epoch, scheduler.LastStep, PagesOfPiece);
        _verification.SentAt = now;
        outbox.Send(new ControlKey(ControlKeyKind.Verify), Address.Device(inForce.Stages[0].Device.Device), piece, now, growth: 2);
    }

    /// <summary>Handles the answer to a piece.</summary>
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

    /// <summary>Abandons the current chain.</summary>
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

    /// <summary>Holds the next chain that is still cached and has a page that was not compared, if enough pages are free.</summary>
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
            switch (first < 0 ? PageHold.NotCached : scheduler.Pages.TryHold(chain[0].Root, tokens, first, _verification.Held, _verification.Scratch))
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

    /// <summary>The chain of pages that is being compared, piece by piece.</summary>
    private sealed class Verification
    {
        private int[] _tokens = [];
        private int _first; // index in the chain of the page that the first scratch page recomputes
        private int _next;
        private long _number;

        /// <summary>The pages of the chain.</summary>
        public SequencePages Held { get; } = new();

        /// <summary>Pages that receive the recomputed contents.</summary>
        public SequencePages Scratch { get; } = new();

        public bool Active { get; private set; }

        /// <summary>The piece in flight; null if there is none.</summary>
        public VerifyPages? Sent { get; private set; }

        public TimeSpan SentAt { get; set; }

        /// <param name="tokens">Tokens of the chain.</param>
        /// <param name="first">Index of the first page that was not compared. The pages before it are the context of the computation.</param>
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

        /// <returns>Whether there is another piece.</returns>
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
