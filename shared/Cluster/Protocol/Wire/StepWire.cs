using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Steps on their way through a pipeline, and what the last stage makes of them.</summary>
internal static class StepWire
{
    private const int RecordBytes = sizeof(int);
    private const int TransferBytes = 2;
    private const int UsualPages = 16; // of a sequence; room for more is made as they are read
    private const long MaxTicks = 1L << 50; // sums of a few stay in range

    public static void Write(WireWriter writer, StepForward step)
    {
        Write(writer, step.Step);
        writer.Long(step.Completed);
        writer.Array(step.Hidden);
        Write(writer, step.Times);
        writer.Bool(step.Delta is not null);
        if (step.Delta is { } notes)
        {
            HandoverWire.Write(writer, notes);
        }

        ResultWire.WriteOptional(writer, step.Failure);
        writer.Count(step.Traces.Length);
        foreach (string trace in step.Traces)
        {
            writer.Text(trace);
        }
    }

    public static StepForward ReadForward(ref WireReader reader)
    {
        Step step = ReadStep(ref reader);
        long completed = reader.Long();
        ReadOnlySpan<float> sent = reader.Span<float>();
        float[] hidden = sent.IsEmpty ? [] : HiddenBuffers.Rent(sent.Length);
        sent.CopyTo(hidden);
        StageTimes times = ReadTimes(ref reader);
        PageDelta? notes = !reader.AtEnd && reader.Bool() ? HandoverWire.ReadPageDelta(ref reader) : null;
        InferenceException? failure = reader.AtEnd ? null : ResultWire.ReadOptional(ref reader);
        return new StepForward(step, hidden, completed, times) { Received = true, Delta = notes, Failure = failure, Traces = reader.AtEnd ? [] : ReadTraces(ref reader) };
    }

    private static string[] ReadTraces(ref WireReader reader)
    {
        int count = reader.Count(1);
        string[] traces = count == 0 ? [] : new string[count];
        for (int i = 0; i < count; i++)
        {
            traces[i] = reader.Text();
        }

        return traces;
    }

    public static void Write(WireWriter writer, in StageTimes times)
    {
        writer.Int(times.Stages);
        writer.Long(times.Computing.Ticks);
        writer.Long(times.Waiting.Ticks);
    }

    /// <summary>Times, which an earlier version does not write.</summary>
    public static StageTimes ReadTimes(ref WireReader reader) => reader.AtEnd ? default : new StageTimes(reader.Natural(), ReadTime(ref reader), ReadTime(ref reader));

    private static TimeSpan ReadTime(ref WireReader reader)
    {
        long ticks = reader.Long();
        if (ticks is < 0 or > MaxTicks)
        {
            WireReader.Refuse($"A stage's time is {ticks} ticks; expected 0 to {MaxTicks}.");
        }

        return new TimeSpan(ticks);
    }

    public static void Write(WireWriter writer, ReadOnlySpan<PageTransfer> transfers)
    {
        writer.Count(transfers.Length);
        foreach (PageTransfer transfer in transfers)
        {
            writer.Int(transfer.From);
            writer.Int(transfer.To);
        }
    }

    public static PageTransfer[] ReadTransfers(ref WireReader reader)
    {
        int count = reader.Count(TransferBytes);
        PageTransfer[] transfers = count == 0 ? [] : new PageTransfer[count];
        for (int i = 0; i < count; i++)
        {
            transfers[i] = new PageTransfer(reader.Natural(), reader.Natural());
        }

        return transfers;
    }

    private static void Write(WireWriter writer, Step step)
    {
        var record = writer.Open();
        writer.Long(step.Epoch);
        writer.Long(step.Number);
        Write(writer, step.Transfers);
        StepBatch batch = step.Batch;
        writer.Count(batch.Slices.Length);
        for (int i = 0; i < batch.Slices.Length; i++)
        {
            var fields = writer.Open();
            SequenceSlice slice = batch.Slices[i];
            writer.Int(slice.Start);
            writer.Byte((byte)slice.Logits);
            writer.Span(batch.Tokens.Slice(slice.FirstRow, slice.Count));
            writer.Span(batch.Pages.Slice(slice.FirstPage, slice.PageCount));
            SamplingWire.Write(writer, step.Outputs[i]);
            writer.Close(fields);
        }

        writer.Close(record);
    }

    private static Step ReadStep(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        long epoch = fields.Long();
        long number = fields.Long();
        PageTransfer[] transfers = ReadTransfers(ref fields);
        int slices = fields.Count(RecordBytes);
        Step step = new(epoch, number, slices, rows: slices, pages: slices * UsualPages);
        step.Transfer(transfers);
        for (int i = 0; i < slices; i++)
        {
            WireReader slice = fields.Record();
            int start = slice.Natural();
            LogitRows logits = slice.Enumeration<LogitRows>();
            ReadOnlySpan<int> tokens = slice.Span<int>();
            ReadOnlySpan<int> pages = slice.Span<int>();
            if (tokens.IsEmpty || (long)pages.Length * KvLayout.PageTokens < (long)start + tokens.Length)
            {
                WireReader.Refuse($"Slice {i} of step {number} has {tokens.Length} tokens from position {start} on {pages.Length} pages; expected tokens, and pages for all of them.");
            }

            step.Add(tokens, start, pages, logits, SamplingWire.ReadOutput(ref slice));
        }

        return step;
    }
}
