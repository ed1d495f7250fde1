using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>
/// Copies of this device's pages that a plan in preparation needs on other devices, made while the plan in force serves. The router gets two reports: one when few pages are left to
/// copy, and one, after it has stopped sending steps, when none is left.
/// </summary>
internal sealed class PageCopies(
    DeviceLife self, IStageWork work, StageJournals journals, PageProofs proofs, StepSequence steps, ServedPipeline pipeline, IControlPort port, StageOptions options, StageCounters counters)
{
    private readonly List<PageCopy> _copies = [];
    private long _epoch; // epoch of the plan in preparation; 0: none
    private long _frozenAfter = -1; // the last step before the plan; −1: not received yet
    private bool _isCopied; // the first report was sent
    private bool _isFinished; // the second report was sent
    private TimeSpan _now;

    /// <summary>Starts a copy, or answers a repeated request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="written">Pages with contents.</param>
    public void On(CopyPages request, IReadOnlyCollection<int> written)
    {
        if (request.Epoch < _epoch)
        {
            return;
        }

        if (request.Epoch > _epoch)
        {
            Begin(request, written);
        }
        else if (_isCopied)
        {
            Report(final: false);
        }

        Advance();
    }

    public void On(PageTaken taken)
    {
        if (taken.Epoch == _epoch)
        {
            _copies.ForEach(copy => copy.On(taken));
            Advance();
        }
    }

    public void On(FreezePages freeze)
    {
        if (freeze.Epoch == _epoch)
        {
            _frozenAfter = freeze.LastStep;
            _isFinished = false;
            Advance();
        }
    }

    /// <summary>Records that a page was written, so that its copies are outdated.</summary>
    public void OnWritten(int page)
    {
        foreach (PageCopy copy in _copies)
        {
            copy.OnWritten(page);
        }
    }

    /// <summary>Sends more pages, and repeats those that were not acknowledged.</summary>
    public void Tick(TimeSpan now)
    {
        _now = now;
        Advance();
    }

    /// <summary>Ends all copies.</summary>
    public void Clear()
    {
        _copies.Clear();
        _epoch = 0;
        _frozenAfter = -1;
    }

    private void Begin(CopyPages request, IReadOnlyCollection<int> written)
    {
        Clear();
        _epoch = request.Epoch;
        _isCopied = false;
        _isFinished = false;
        _copies.AddRange(request.Moves.Select(move => new PageCopy(request.Epoch, self, move, work, journals, proofs, port, options, counters)));
        foreach (PageCopy copy in _copies)
        {
            foreach (int page in written)
            {
                copy.OnWritten(page);
            }
        }
    }

    private void Advance()
    {
        bool clean = _epoch != 0;
        bool nearly = clean;
        foreach (PageCopy copy in _copies)
        {
            copy.Advance(_now);
            clean &= copy.Clean;
            nearly &= copy.NearlyClean;
        }

        if (nearly && !_isCopied)
        {
            _isCopied = true;
            Report(final: false);
        }

        if (clean && !_isFinished && _frozenAfter >= 0 && _frozenAfter <= steps.Last)
        {
            _isFinished = true;
            Report(final: true);
        }
    }

    private void Report(bool final) => pipeline.Send(new PagesCopied(_epoch, self, final));
}
