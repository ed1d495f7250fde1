using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Hosting;

/// <summary>
/// Thread that runs an actor, and actors that share it: it passes them their messages in the order of arrival, ticks them, and delivers their outbound
/// messages in batches. Posting never blocks.
/// </summary>
public abstract class ActorThread : IControlPort, IDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan DeferredBudget = TimeSpan.FromMilliseconds(2); // in a row, for deferred messages: they must make progress between steps that follow each other
    private static readonly long Origin = Stopwatch.GetTimestamp();

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _posted = new(false); // set outside the lock, so that the woken thread does not find it taken
    private readonly IControlTransport _transport;
    private readonly List<OutboundMessage> _outgoing = [];
    private readonly List<HostedActor> _hosted = []; // used on the thread alone
    private readonly Thread _thread;
    private readonly Queue<Posted> _deferred = new(); // messages that others may overtake
    private Queue<Posted> _arrived = new();
    private Queue<Posted> _taken = new();
    private bool _waiting; // the thread waits for a post
    private bool _passedOver; // deferred messages were overtaken in their turn
    private bool _stopping;

    /// <param name="name">Name of the thread.</param>
    /// <param name="transport">Transport for outbound messages.</param>
    protected ActorThread(string name, IControlTransport transport)
    {
        _transport = transport;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    /// <summary>Called on the thread with the defect that ended it; the state of its actors cannot be trusted.</summary>
    public Action<Exception>? Failed { get; set; }

    /// <summary>Time since the process' first use of this class.</summary>
    protected internal static TimeSpan Now => Stopwatch.GetElapsedTime(Origin);

    /// <summary>Time at which the current message was posted.</summary>
    protected TimeSpan Arrived { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Posts a message to the thread's own actor. Thread-safe.</summary>
    public virtual void Post(in OutboundMessage message) => Post(new Posted(message, null, null, Now));

    /// <summary>Posts an action. Thread-safe.</summary>
    public void Post(Action action) => Post(new Posted(default, action, null, default));

    /// <summary>Sends a message to another actor. Must be called on the thread.</summary>
    public void Send(Address to, ControlMessage message) => _outgoing.Add(new OutboundMessage(to, message));

    /// <summary>Ends the thread after the current message or action, and drops those that wait.</summary>
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

    /// <summary>Posts a message to an actor that shares the thread. Thread-safe.</summary>
    internal void Post(in OutboundMessage message, HostedActor actor) => Post(new Posted(message, null, actor, Now));

    /// <summary>Runs an actor on this thread from now on. Thread-safe.</summary>
    internal void Host(HostedActor actor) => Post(() => _hosted.Add(actor));

    /// <summary>Stops running an actor. Thread-safe.</summary>
    internal void Release(HostedActor actor) => Post(() => _hosted.Remove(actor));

    protected abstract void Receive(in OutboundMessage message, TimeSpan now);

    protected abstract void Tick(TimeSpan now);

    /// <summary>Whether later messages may overtake this one. Thread-safe.</summary>
    protected virtual bool MayWait(ControlMessage message) => false;

    /// <summary>Releases resources of the actor, after the thread has ended.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Delivers the outbound messages.</summary>
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
            bool deferred = posted is { Action: null, Hosted: null } && MayWait(posted.OutboundMessage.Message);
            (deferred ? _deferred : _arrived).Enqueue(posted);
            wake = TakeWaiting();
        }

        Wake(wake);
    }

    /// <summary>Whether the caller must wake the thread: of several posts to a waiting thread only the first one does. Requires the lock.</summary>
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

                ReceiveDeferred();

                if (Now - TickInterval >= ticked)
                {
                    ticked = Now;
                    TickAll(ticked);
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
        else if (posted.Hosted is not { } hosted)
        {
            Arrived = posted.Arrived;
            Receive(posted.OutboundMessage, Now);
        }
        else if (_hosted.Contains(hosted))
        {
            hosted.Receive(posted.OutboundMessage, Now, posted.Arrived);
        }
    }

    private void TickAll(TimeSpan now)
    {
        Tick(now);
        for (int i = 0; i < _hosted.Count; i++)
        {
            _hosted[i].Tick(now);
        }
    }

    /// <summary>Waits for posts for at most a tick, and takes all that are not deferred.</summary>
    /// <returns>False if the thread must end.</returns>
    private bool Take()
    {
        lock (_lock)
        {
            if (_arrived.Count > 0 || _deferred.Count > 0 || _stopping)
            {
                return TakeArrived();
            }

            _waiting = true;
        }

        // A post at the moment of the timeout sets the event for nothing: the next wait then ends early, and finds no post.
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

    /// <summary>Receives deferred messages while no others arrive; within the budget also before others, if those were overtaken in their last turn.</summary>
    private void ReceiveDeferred()
    {
        bool inTurn = _passedOver;
        for (TimeSpan begun = Now; Now - begun < DeferredBudget && TakeDeferred(inTurn, out Posted deferred);)
        {
            Receive(deferred);
        }
    }

    private bool TakeDeferred(bool inTurn, out Posted deferred)
    {
        lock (_lock)
        {
            deferred = default;
            _passedOver = !inTurn && _arrived.Count > 0 && _deferred.Count > 0;
            return !_passedOver && _deferred.TryDequeue(out deferred);
        }
    }

    /// <summary>An action, or a message to a hosted actor, or to the thread's own.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Posted(OutboundMessage OutboundMessage, Action? Action, HostedActor? Hosted, TimeSpan Arrived);
}
