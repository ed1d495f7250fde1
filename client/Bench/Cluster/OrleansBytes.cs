using System.Diagnostics.Metrics;

namespace OrleansInference.Bench.Cluster;

/// <summary>Counts the bytes of all messages that Orleans sends and receives in this process.</summary>
internal sealed class OrleansBytes : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _bytes;

    public OrleansBytes()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name is "orleans-messaging-sent-messages-size" or "orleans-messaging-received-messages-size")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, bytes, _, _) => Interlocked.Add(ref _bytes, bytes));
        _listener.SetMeasurementEventCallback<long>((_, bytes, _, _) => Interlocked.Add(ref _bytes, bytes));
        _listener.Start();
    }

    public long Total => Interlocked.Read(ref _bytes);

    public void Dispose() => _listener.Dispose();
}
