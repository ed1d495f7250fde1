using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Steps;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>What the last stage chose, and errors.</summary>
internal static class ResultWire
{
    private const int RecordBytes = sizeof(int);

    public static void Write(WireWriter writer, StepDone done)
    {
        writer.Long(done.Epoch);
        writer.Long(done.Step);
        writer.Count(done.Result.Rows.Length);
        foreach (SampledRow row in done.Result.Rows)
        {
            var record = writer.Open();
            writer.Int(row.Slice);
            writer.Int(row.Position);
            writer.Int(row.Token);
            writer.Float(row.LogProb);
            writer.Array(row.Top);
            writer.Close(record);
        }

        writer.Count(done.Result.Failures.Length);
        foreach (SliceFailure failure in done.Result.Failures)
        {
            var record = writer.Open();
            writer.Int(failure.Slice);
            Write(writer, failure.Error);
            writer.Close(record);
        }

        StepWire.Write(writer, done.Times);
    }

    public static StepDone ReadDone(ref WireReader reader)
    {
        long epoch = reader.Long();
        long step = reader.Long();
        SampledRow[] rows = new SampledRow[reader.Count(RecordBytes)];
        for (int i = 0; i < rows.Length; i++)
        {
            WireReader row = reader.Record();
            rows[i] = new SampledRow(row.Natural(), row.Natural(), row.Int(), row.Float(), row.Array<TokenLogProb>());
        }

        int count = reader.Count(RecordBytes);
        SliceFailure[] failures = count == 0 ? [] : new SliceFailure[count];
        for (int i = 0; i < count; i++)
        {
            WireReader failure = reader.Record();
            failures[i] = new SliceFailure(failure.Natural(), ReadError(ref failure));
        }

        return new StepDone(epoch, step, new StepResult(rows, failures), StepWire.ReadTimes(ref reader));
    }

    /// <summary>Writes what of an error others can act on. One that is not ours travels as a defect, or as what its kind says.</summary>
    public static void Write(WireWriter writer, Exception error)
    {
        InferenceException? known = error as InferenceException;
        var record = writer.Open();
        writer.Byte((byte)(known?.Code ?? (error is OutOfMemoryException ? ErrorCode.OutOfMemory : ErrorCode.Internal)));
        writer.Text(error.Message);
        writer.Text(known?.Parameter);
        writer.Long(known?.RetryAfter?.Ticks ?? -1);
        writer.Close(record);
    }

    public static InferenceException ReadError(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        ErrorCode code = fields.Enumeration<ErrorCode>();
        string message = fields.Text();
        string? parameter = fields.OptionalText();
        long retryAfter = fields.Long();
        return new InferenceException(code, message, parameter) { RetryAfter = retryAfter < 0 ? null : TimeSpan.FromTicks(retryAfter) };
    }

    public static void WriteOptional(WireWriter writer, InferenceException? error)
    {
        writer.Bool(error is not null);
        if (error is not null)
        {
            Write(writer, error);
        }
    }

    public static InferenceException? ReadOptional(ref WireReader reader) => reader.Bool() ? ReadError(ref reader) : null;
}
