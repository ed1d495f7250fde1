using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>Cached pages that are computed again and compared. Between steps, from the tick.</summary>
internal sealed partial class StageActor
{
    private VerifyPages? _toVerify;
    private (Address To, ControlMessage Message)? _verified; // answer to the last one
    private long _verifiedNumber;

    private void ResetVerification()
    {
        _toVerify = null;
        _verified = null;
        _verifiedNumber = 0;
    }

    private void Take(VerifyPages verify)
    {
        if (!Runs || verify.Epoch != Epoch || verify.Number < _verifiedNumber)
        {
            return;
        }

        if (verify.Number > _verifiedNumber)
        {
            _toVerify = verify;
        }
        else if (_verified is { } answer)
        {
            _port.Send(answer.To, answer.Message);
        }
    }

    private void VerifyNext()
    {
        if (_toVerify is { } verify && LastStep >= verify.AfterStep)
        {
            _toVerify = null;
            _verifiedNumber = verify.Number;
            _verified = Verify(verify);
            _port.Send(_verified.Value.To, _verified.Value.Message);
        }
    }

    private (Address To, ControlMessage Message) Verify(VerifyPages verify)
    {
        StepBatch batch = new();
        batch.Add(verify.Tokens, verify.Start, verify.Table, LogitRows.None);
        float[] hidden = verify.Hidden.Length == 0 ? new float[verify.Tokens.Length * _work.HiddenWidth] : [.. verify.Hidden];
        _work.Execute(Layers, batch, hidden);
        int[] spoilt = verify.Spoilt;
        for (int i = 0; i < verify.Compared.Length; i++)
        {
            int computed = verify.Table[(verify.Start / KvLayout.PageTokens) + i];
            _proofs.Forget(Layers, computed);
            if (!AreSame(computed, verify.Compared[i]))
            {
                Counters.FoundSpoilt(1);
                _proofs.Forget(Layers, verify.Compared[i]);
                spoilt = [.. spoilt, verify.Compared[i]];
            }
        }

        return IsLast
            ? (OwnRouter, new PagesVerified(Epoch, verify.Number, spoilt))
            : (Next, verify with { Hidden = hidden, Spoilt = spoilt });
    }

    private bool AreSame(int one, int other)
    {
        for (int layer = Layers.First; layer < Layers.End; layer++)
        {
            if (_work.Checksum(layer, one) != _work.Checksum(layer, other))
            {
                return false;
            }
        }

        return true;
    }
}
