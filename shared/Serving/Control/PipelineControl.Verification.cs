using OrleansInference.Compute;
using OrleansInference.Serving.Pages;

namespace OrleansInference.Serving.Control;

/// <summary>
/// Cached pages are computed again after every change of plans and compared, bit for bit, on every stage: a check of everything that led to them, for operators who want to know. Pieces of a few pages, one at a
/// time, with pauses, so that steps hardly wait for it. A page that differs is given up like one that a stage does not prove.
/// </summary>
internal sealed partial class PipelineControl
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

    private void BeginVerifying()
    {
        EndVerification();
        _leaves.Clear();
        _compared.Clear();
        if (_options.VerifyPages)
        {
            PublishedPage[] published = _router.Pages.Published();
            _chains = published.ToDictionary(static page => page.Page);
            HashSet<int> continued = [.. published.Select(static page => page.Before)];
            foreach (PublishedPage page in published.Where(page => !continued.Contains(page.Page)))
            {
                _leaves.Enqueue(page.Page);
            }
        }
    }

    /// <summary>Sends the next piece, when there is one and its time has come.</summary>
    private void VerifyFurther()
    {
        if (Phase != ControlPhase.Serving || _leaveBy is not null || _verification.Sent is not null || _now < _verifyAt || !(_verification.Active || BeginChain()))
        {
            return;
        }

        // A router that comes after a crash would trust what stages were told before: that pages are given up they learn with the next step.
        if (!_router.Pages.AreTold(_verification.Scratch))
        {
            if (!_router.HasWork)
            {
                // No step is to come.
                EndVerification();
                _verifyAt = _now + WithoutSteps;
            }

            return;
        }

        VerifyPages piece = _verification.Next(_inForce!.Epoch, _router.LastStep, PagesOfPiece);
        _verification.SentAt = _now;
        _outbox.Send(new ControlKey(ControlKeyKind.Verify), Address.Device(_inForce.Stages[0].Device.Device), piece, _now, growth: 2);
    }

    /// <summary>Holds the next chain that is still cached and has a page that was not compared, where there is plenty of room.</summary>
    private bool BeginChain()
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
            switch (first < 0 ? PageHold.Gone : _router.Pages.TryHold(chain[0].Root, tokens, first, _verification.Held, _verification.Scratch))
            {
                case PageHold.Held:
                    _verification.Begin(tokens, first);
                    return true;
                case PageHold.NoRoom:
                    _verifyAt = _now + WithoutSteps;
                    return false;
                default:
                    _leaves.Dequeue();
                    break;
            }
        }

        return false;
    }

    private void OnPagesVerified(PagesVerified verified)
    {
        if (_inForce is null || verified.Epoch != _inForce.Epoch || verified.Number != _verification.Sent?.Number)
        {
            return;
        }

        _outbox.Remove(new ControlKey(ControlKeyKind.Verify));
        _verifyAt = _now + (PauseTimes * (_now - _verification.SentAt));
        VerifiedPages += _verification.Sent.Compared.Length;
        _compared.UnionWith(_verification.Sent.Compared);
        bool more = _verification.EndPiece();
        if (!more || verified.Spoilt.Length > 0)
        {
            EndVerification();
        }

        if (verified.Spoilt.Length > 0 && ArePagesWhole)
        {
            _lostAt ??= _now;
            Recover();
        }
    }

    private void EndVerification()
    {
        _outbox.Remove(new ControlKey(ControlKeyKind.Verify));
        if (_verification.Active)
        {
            _router.Pages.Release(_verification.Held);
            _router.Pages.Release(_verification.Scratch);
            _verification.End();
        }
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
