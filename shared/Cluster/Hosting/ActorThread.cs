using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Hosting;

/// <summary>
/// A thread that machines belong to: hands them the messages that came, in their order, ticks them, and sends off together what they have to say. Whoever
/// posts never waits.
/// </summary>
internal abstract class ActorThread : IControlPort, IDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PatientFor = TimeSpan.FromMilliseconds(2); // in a row, for messages that may wait: with steps one after the other they go on too
    private static readonly long Origin = Stopwatch.GetTimestamp();

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _posted = new(false); // set outside the lock, so that who is woken does not find it taken
    private readonly IControlTransport _transport;
    private readonly List<OutboundMessage> _outgoing = [];
    private readonly Thread _thread;
    private readonly Queue<Posted> _patient = new(); // messages that others may overtake
    private Queue<Posted> _arrived = new();
    private Queue<Posted> _taken = new();
    private bool _waiting; // for something to be posted
    private bool _passedOver; // messages that may wait, for others, when it was their turn
    private bool _stopping;

    /// <param name="name">Of the thread.</param>
    /// <param name="transport">Takes what the machines send.</param>
    protected ActorThread(string name, IControlTransport transport)
    {
        _transport = transport;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Told of a defect that ended the thread; the machines' state is not to be trusted any more.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Time since the process began to count.</summary>
    protected static TimeSpan Now => Stopwatch.GetElapsedTime(Origin);

    /// <summary>When the message in hand was posted.</summary>
    protected TimeSpan Arrived { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Has a message received; from any thread.</summary>
    public virtual void Post(in OutboundMessage message) => Post(new Posted(message, null, Now));

    /// <summary>Has something done on the thread; from any thread.</summary>
    public void Post(Action action) => Post(new Posted(default, action, default));

    /// <summary>For the machines, on their thread.</summary>
    public void Send(Address to, ControlMessage message) => _outgoing.Add(new OutboundMessage(to, message));

    /// <summary>Ends the thread after what it is doing; messages that wait are lost.</summary>
    public void Dispose()
    {
        bool wake;
        lock (_lock)
        {
            _stopping = true;
            wake = TakeWaiting();
        }

        Wake(wake);
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }

        Close();
    }

    protected abstract void Receive(in OutboundMessage message, TimeSpan now);

    protected abstract void Tick(TimeSpan now);

    /// <summary>Whether messages that come later may go before this one; from any thread.</summary>
    protected virtual bool MayWait(ControlMessage message) => false;

    /// <summary>Releases what the machines hold, after the thread has ended.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Sends off what has gathered.</summary>
    protected void Flush()
    {
        if (_outgoing.Count > 0)
        {
            _transport.Deliver(_outgoing);
            _outgoing.Clear();
        }
    }

    private void Post(in Posted posted)
    {
        bool wake;
        lock (_lock)
        {
            (posted.Action is null && MayWait(posted.OutboundMessage.Message) ? _patient : _arrived).Enqueue(posted);
            wake = TakeWaiting();
        }

        Wake(wake);
    }

    /// <summary>Whether the thread is to be woken, which who was told that it is then does: of many that post to a thread that waits only the first. Under the lock.</summary>
    private bool TakeWaiting()
    {
        bool waiting = _waiting;
        _waiting = false;
        return waiting;
    }

    private void Wake(bool waiting)
    {
        if (waiting)
        {
            _posted.Set();
        }
    }

    private void Run()
    {
        try
        {
            TimeSpan ticked = -TickInterval;
            while (Take())
            {
                while (_taken.TryDequeue(out Posted posted))
                {
                    Receive(posted);
                }

                ReceivePatient();

                if (Now - TickInterval >= ticked)
                {
                    ticked = Now;
                    Tick(ticked);
                }

                Flush();
            }
        }
        catch (Exception defect)
        {
            Failed?.Invoke(defect);
        }
    }

    private void Receive(in Posted posted)
    {
        if (posted.Action is { } action)
        {
            action();
        }
        else
        {
            Arrived = posted.Arrived;
            Receive(posted.OutboundMessage, Now);
        }
    }

    /// <summary>Takes all that has come but what may wait.</summary>
    private bool Take()
    {
        lock (_lock)
        {
            if (_arrived.Count > 0 || _patient.Count > 0 || _stopping)
            {
                return TakeArrived();
            }

            _waiting = true;
        }

        // Who posts just as the time is over sets the event for nothing: the next wait ends early, and finds that nothing came.
        _posted.WaitOne(TickInterval);
        lock (_lock)
        {
            _waiting = false;
            return TakeArrived();
        }
    }

    private bool TakeArrived()
    {
        (_arrived, _taken) = (_taken, _arrived);
        return !_stopping;
    }

    /// <summary>Receives messages that may wait: while no others do, and for a moment where others have just gone before them.</summary>
    private void ReceivePatient()
    {
        bool anyway = _passedOver;
        for (TimeSpan begun = Now; Now - begun < PatientFor && TakePatient(anyway, out Posted patient);)
        {
            Receive(patient);
        }
    }

    private bool TakePatient(bool anyway, out Posted patient)
    {
        lock (_lock)
        {
            patient = default;
            _passedOver = !anyway && _arrived.Count > 0 && _patient.Count > 0;
            return !_passedOver && _patient.TryDequeue(out patient);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Posted(OutboundMessage OutboundMessage, Action? Action, TimeSpan Arrived);
}
