using OrleansInference.Engine.Steps;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Descriptions of messages for the trace.</summary>
internal static class Describe
{
    public static string Message(ControlMessage message) => message switch
    {
        StepForward forward => $"step {forward.Step.Number} of epoch {Epochs.Describe(forward.Step.Epoch)}, {Slices(forward.Step)}, {forward.Step.Transfers.Length} transfers",
        StepDone done => $"step {done.Step} of epoch {Epochs.Describe(done.Epoch)} done: {Rows(done.Result)}",
        JoinPlan join => $"join {join.Plan}, base {Epochs.Describe(join.Base)}, first step {join.FirstStep}, {join.Dropped.Count} dropped",
        PageInventoryReply pages => $"{pages.Handover?.Pages.Length ?? 0} pages after step {pages.Handover?.LastStep}, of {pages.Handover?.Heads.Length} sequences",
        SavePlan save => $"save {save.Plan}",
        PlanSaved saved => $"saved {saved.Plan}",
        StreamTokens tokens => $"stream choice {tokens.Choice} from {tokens.Index}: {string.Join(" ", tokens.Tokens)} {tokens.Finish}",
        CommitTokens tokens => $"commit session {tokens.Session} choice {tokens.Choice} from {tokens.Index}: {string.Join(" ", tokens.Tokens)} {tokens.Finish}",
        SubmitSequences submit => $"submit session {submit.Session} after {string.Join("/", submit.Committed.Select(static log => log.Tokens.Length))}",
        AttachStream attach => $"attach session {attach.Session} from {string.Join("/", attach.From)}",
        ReplayForward replay => $"replay sequence {replay.Sequence.Number} of epoch {Epochs.Describe(replay.Epoch)}, {replay.Sequence.Tokens.Length} tokens, layers {replay.Layers}",
        ReplayJournal replay => $"replay sequence {replay.Sequence.Number} of epoch {Epochs.Describe(replay.Epoch)} from the journal to {replay.End}",
        PageContents page => $"page {page.Page} version {page.Version} of layers {page.Layers} for epoch {Epochs.Describe(page.Epoch)}",
        _ => message.ToString(),
    };

    private static string Rows(StepResult result) => string.Join(" ", result.Rows.Select(static row => $"{row.Slice}:{row.Position}={row.Token}"));

    private static string Slices(Step step)
    {
        List<string> slices = [];
        foreach (OrleansInference.Compute.SequenceSlice slice in step.Batch.Slices)
        {
            slices.Add($"{slice.Start}+{slice.Count}@{string.Join(",", step.Batch.Pages.Slice(slice.FirstPage, slice.PageCount).ToArray())}");
        }

        return string.Join(" ", slices);
    }
}
