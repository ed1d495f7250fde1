using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;

namespace OrleansInference.Cluster.Stage;

/// <summary>Recomputes cached pages at the router's request, between steps, and compares them with the cache.</summary>
internal sealed class PageVerification(IStageWork work, PageProofs proofs, StagePlan plan, StepSequence steps, ServedPipeline pipeline, IControlPort port, StageCounters counters)
{
    private VerifyPages? _next;
    private ControlMessage? _answer; // the answer to the last request
    private long _number; // number of the last request

    public void Clear()
    {
        _next = null;
        _answer = null;
        _number = 0;
    }

    public void On(VerifyPages request)
    {
        if (!plan.Runs || request.Epoch != plan.Epoch || request.Number < _number)
        {
            return;
        }

        if (request.Number > _number)
        {
            _next = request;
        }
        else if (_answer is not null)
        {
            Send(_answer);
        }
    }

    /// <summary>Carries out the request if the steps before it are computed.</summary>
    public void Tick()
    {
        if (_next is { } request && steps.Last >= request.AfterStep)
        {
            _next = null;
            _number = request.Number;
            Verify(request);
            Send(_answer!);
        }
    }

    /// <summary>Recomputes this stage's layers and compares them. The answer is the result for the router, or the request for the next stage.</summary>
    private void Verify(VerifyPages request)
    {
        StepBatch batch = new();
        batch.Add(request.Tokens, request.Start, request.Table, LogitRows.None);
        float[] hidden = request.Hidden.Length == 0 ? new float[request.Tokens.Length * work.HiddenWidth] : [.. request.Hidden]; // [rows, width]
        work.Execute(plan.Layers, batch, hidden);
        int[] corrupted = request.Corrupted;
        for (int i = 0; i < request.Compared.Length; i++)
        {
            int computed = request.Table[(request.Start / KvLayout.PageTokens) + i];
            proofs.Forget(plan.Layers, computed);
            if (!AreSame(computed, request.Compared[i]))
            {
                counters.FoundCorrupted(1);
                proofs.Forget(plan.Layers, request.Compared[i]);
                corrupted = [.. corrupted, request.Compared[i]];
            }
        }

        _answer = plan.IsLast ? new PagesVerified(plan.Epoch, request.Number, corrupted) : request with { Hidden = hidden, Corrupted = corrupted };
    }

    private bool AreSame(int one, int other)
    {
        for (int layer = plan.Layers.First; layer < plan.Layers.End; layer++)
        {
            if (work.Checksum(layer, one) != work.Checksum(layer, other))
            {
                return false;
            }
        }

        return true;
    }

    private void Send(ControlMessage answer)
    {
        if (answer is VerifyPages forward)
        {
            port.Send(plan.Next, forward);
        }
        else
        {
            pipeline.Send(answer);
        }
    }
}
