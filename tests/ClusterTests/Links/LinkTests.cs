using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Grains.Links;
using Xunit.Abstractions;

namespace OrleansInference.ClusterTests.Links;

/// <summary>What links do, whatever they speak.</summary>
public abstract class LinkTests(ITestOutputHelper output)
{
    private const int LargeFloats = 1 << 20;

    [Fact]
    public void Small_and_large_messages_arrive_whole_and_each_kind_in_its_order()
    {
        using LinkedPair pair = Pair();
        for (int i = 0; i < 60; i++)
        {
            pair.Send(LinkedPair.Step(i, i % 10 == 0 ? LargeFloats + i : i, i));
        }

        StepForward[] steps = pair.Steps(60);
        Assert.Equal(Enumerable.Range(0, 60).Where(static i => i % 10 == 0), Numbers(steps, static floats => floats >= LargeFloats));
        Assert.Equal(Enumerable.Range(0, 60).Where(static i => i % 10 != 0), Numbers(steps, static floats => floats < LargeFloats));
        Assert.All(steps, static step => Assert.False(step.Hidden.AsSpan().ContainsAnyExcept((float)step.Step.Number)));
    }

    [Fact]
    public void What_several_threads_send_at_once_arrives_whole()
    {
        const int Count = 2000;
        using LinkedPair pair = Pair();
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => pair.Send(LinkedPair.Step(i, 4000 + i, i)));
        StepForward[] steps = pair.Steps(Count);
        Assert.Equal(Enumerable.Range(0, Count), steps.Select(static step => (int)step.Step.Number).Order());
        Assert.All(steps, static step => Assert.False(step.Hidden.AsSpan().ContainsAnyExcept((float)step.Step.Number)));
    }

    [Fact]
    public void A_receiver_that_stands_still_blocks_nobody_and_fills_no_memory()
    {
        using ManualResetEventSlim go = new();
        using LinkedPair pair = Pair();
        pair.Send(LinkedPair.Step(0, LargeFloats));
        pair.Steps(1);
        pair.Arriving = go.Wait;
        MessageBatch large = LinkedPair.Step(1, LargeFloats);
        int taken = 0;
        long longest = 0;
        for (int i = 0; i < 200; i++)
        {
            long began = Stopwatch.GetTimestamp();
            taken += pair.TrySend(large) ? 1 : 0;
            longest = Math.Max(longest, Stopwatch.GetTimestamp() - began);
        }

        output.WriteLine($"{taken} of 200 batches of 4 MiB taken; the longest send took {Stopwatch.GetElapsedTime(0, longest)}");
        Assert.InRange(taken, 1, 72);

        // The other lane is not held up by this one.
        pair.Send(LinkedPair.Step(2, 8));
        go.Set();
        pair.Steps(taken + 2);
    }

    [Fact]
    public void A_receiver_that_takes_nothing_any_more_loses_its_link()
    {
        using ManualResetEventSlim go = new();
        using LinkedPair pair = Pair();
        pair.Send(LinkedPair.Step(0, LargeFloats));
        pair.Steps(1);
        pair.Arriving = go.Wait;
        MessageBatch large = LinkedPair.Step(1, LargeFloats);
        LinkedPair.Until(() => !pair.TrySend(large), "what waits to be full");

        // Another link takes its place, and has room.
        pair.Send(large);
        go.Set();
    }

    [Fact]
    public void What_is_sent_after_the_other_node_came_back_arrives()
    {
        using LinkedPair pair = Pair();
        pair.Send(LinkedPair.Step(1, 8));
        pair.Steps(1);
        pair.RestartReceiver();
        pair.Forget();
        pair.Meet();
        pair.Send(LinkedPair.Step(2, 8));
        Assert.Equal(2, pair.Steps(2)[1].Step.Number);
    }

    [Fact]
    public void A_node_that_is_gone_takes_nothing()
    {
        using LinkedPair pair = Pair();
        pair.Send(LinkedPair.Step(1, 8));
        pair.Steps(1);
        pair.Receiver.Dispose();
        LinkedPair.Until(() => !pair.TrySend(LinkedPair.Step(2, 8)), "the link to break");
        pair.Forget();
        Assert.False(pair.TrySend(LinkedPair.Step(3, 8)));
    }

    [Fact]
    public void A_caller_without_the_key_is_refused()
    {
        using LinkedPair pair = Pair();
        pair.Forget();
        pair.Meet(new byte[LinkHandshake.KeyBytes]);
        for (int i = 0; i < 40; i++)
        {
            Assert.False(pair.TrySend(LinkedPair.Step(1, 8)));
            Thread.Sleep(10);
        }

        Assert.Empty(pair.Arrived);
    }

    [Fact]
    public void Whatever_strangers_send_the_listener_goes_on()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        using LinkedPair pair = Pair();
        byte[] bytes = new byte[4096];
        for (int i = 0; i < 200; i++)
        {
            using Socket stranger = new(SocketType.Stream, ProtocolType.Tcp);
            stranger.Connect(new IPEndPoint(IPAddress.Loopback, pair.Receiver.Port));
            random.NextBytes(bytes);
            try
            {
                stranger.Send(bytes.AsSpan(0, random.Next(bytes.Length)));
            }
            catch (SocketException)
            {
                // Refused already.
            }
        }

        Assert.Empty(pair.Arrived);
        pair.Send(LinkedPair.Step(7, 8));
        Assert.Equal(7, pair.Steps(1)[0].Step.Number);
    }

    internal abstract LinkedPair Pair();

    private static IEnumerable<int> Numbers(StepForward[] steps, Func<int, bool> size) =>
        steps.Where(step => size(step.Hidden.Length)).Select(static step => (int)step.Step.Number);
}
