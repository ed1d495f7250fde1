using System.Collections.Concurrent;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class ActorThreadTests : IControlTransport
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task What_many_threads_post_is_received_each_once_and_in_the_order_of_who_posted_it()
    {
        const int Threads = 4;
        const int Each = 20_000;
        using Collecting thread = new(this);
        thread.Start();
        List<int>[] received = [.. Enumerable.Range(0, Threads).Select(_ => new List<int>())];
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int left = Threads * Each;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(poster => Task.Run(() =>
        {
            Random random = new(poster);
            for (int i = 0; i < Each; i++)
            {
                int number = i;
                thread.Post(() =>
                {
                    received[poster].Add(number);
                    if (--left == 0)
                    {
                        all.SetResult();
                    }
                });
                Thread.SpinWait(random.Next(100) == 0 ? random.Next(2000) : 0);
            }
        })));
        await all.Task.WaitAsync(Timeout);
        Assert.All(received, static numbers => Assert.Equal(Enumerable.Range(0, Each), numbers));
    }

    [Fact]
    public async Task A_post_wakes_the_thread_whether_it_waits_or_is_about_to()
    {
        using Collecting thread = new(this);
        thread.Start();
        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            TaskCompletionSource received = new();
            thread.Post(received.SetResult);
            await received.Task.WaitAsync(Timeout);
            Thread.SpinWait(random.Next(200));
        }
    }

    [Fact]
    public async Task A_thread_that_nobody_posts_to_is_ticked()
    {
        using Collecting thread = new(this);
        thread.Start();
        await thread.Ticked.Task.WaitAsync(Timeout);
    }

    [Fact]
    public async Task Disposing_ends_a_thread_that_waits_and_one_that_is_posted_to()
    {
        for (int i = 0; i < 200; i++)
        {
            Collecting thread = new(this);
            thread.Start();
            Task posting = i % 2 == 0 ? Task.CompletedTask : Task.Run(() =>
            {
                for (int post = 0; post < 1000; post++)
                {
                    thread.Post(static () => { });
                }
            });
            await Task.Run(thread.Dispose).WaitAsync(Timeout);
            await posting;
            Assert.True(thread.Closed);
        }
    }

    [Fact]
    public async Task Messages_keep_their_order_among_actions()
    {
        using Collecting thread = new(this);
        using ManualResetEventSlim busy = new();
        thread.Start();
        thread.Post(busy.Wait);
        ConcurrentQueue<string> seen = new();
        thread.Received = message => seen.Enqueue(((DeviceReleased)message).Device.Device.ToString(System.Globalization.CultureInfo.InvariantCulture));
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        thread.Post(new OutboundMessage(Address.Device(1), new DeviceReleased(new DeviceLife(1, 1))));
        thread.Post(() => seen.Enqueue("action"));
        thread.Post(new OutboundMessage(Address.Device(1), new DeviceReleased(new DeviceLife(2, 1))));
        thread.Post(last.SetResult);
        busy.Set();
        await last.Task.WaitAsync(Timeout);
        Assert.Equal(["1", "action", "2"], seen);
    }

    [Fact]
    public async Task An_actor_that_shares_the_thread_gets_its_messages_there_in_the_order_of_posts_and_is_ticked()
    {
        using Collecting thread = new(this);
        using Hosted hosted = new(thread);
        ConcurrentQueue<string> seen = new();
        ConcurrentBag<Thread> threads = [];
        thread.Received = _ =>
        {
            threads.Add(Thread.CurrentThread);
            seen.Enqueue("own");
        };
        hosted.Received = _ =>
        {
            threads.Add(Thread.CurrentThread);
            seen.Enqueue("hosted");
        };
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        hosted.Start();
        hosted.Post(Released);
        thread.Post(Released);
        hosted.Post(Released);
        thread.Post(last.SetResult);
        thread.Start();
        await last.Task.WaitAsync(Timeout);
        await hosted.Ticked.Task.WaitAsync(Timeout);
        Assert.Equal(["hosted", "own", "hosted"], seen);
        Assert.Single(threads.Distinct());
    }

    [Fact]
    public async Task An_actor_that_was_disposed_gets_nothing_more_while_the_thread_continues()
    {
        using Collecting thread = new(this);
        Hosted hosted = new(thread);
        int received = 0;
        hosted.Received = _ => received++;
        TaskCompletionSource last = new(TaskCreationOptions.RunContinuationsAsynchronously);
        hosted.Start();
        hosted.Post(Released);
        hosted.Dispose();
        hosted.Post(Released);
        thread.Post(last.SetResult);
        thread.Start();
        await last.Task.WaitAsync(Timeout);
        Assert.Equal(1, received);
    }

    [Fact]
    public async Task A_defect_of_an_actor_that_shares_the_thread_is_the_threads()
    {
        using Collecting thread = new(this);
        using Hosted hosted = new(thread);
        TaskCompletionSource<Exception> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        thread.Failed = failed.SetResult;
        hosted.Received = static _ => throw new InvalidOperationException("defect");
        thread.Start();
        hosted.Start();
        hosted.Post(Released);
        Assert.Equal("defect", (await failed.Task.WaitAsync(Timeout)).Message);
    }

    private static OutboundMessage Released => new(Address.Device(1), new DeviceReleased(new DeviceLife(1, 1)));

    void IControlTransport.Deliver(IReadOnlyList<OutboundMessage> messages)
    {
    }

    private sealed class Collecting(IControlTransport transport) : ActorThread("test", transport)
    {
        public TaskCompletionSource Ticked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Action<ControlMessage>? Received { get; set; }

        public bool Closed { get; private set; }

        protected override void Receive(in OutboundMessage message, TimeSpan now) => Received?.Invoke(message.Message);

        protected override void Tick(TimeSpan now) => Ticked.TrySetResult();

        protected override void Close() => Closed = true;
    }

    private sealed class Hosted(ActorThread thread) : HostedActor(thread)
    {
        public TaskCompletionSource Ticked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Action<ControlMessage>? Received { get; set; }

        protected internal override void Receive(in OutboundMessage message, TimeSpan now, TimeSpan arrived) => Received?.Invoke(message.Message);

        protected internal override void Tick(TimeSpan now) => Ticked.TrySetResult();
    }
}
