using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using OrleansInference.Bench.Load;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Load;

public sealed class PatternTests
{
    private static readonly LoadSettings Settings = new()
    {
        Url = new Uri("http://localhost"),
        Streams = [3, 1],
        Keys = ["a", "b"],
        PromptTokens = 4,
        GenerateTokens = 8,
        Duration = TimeSpan.FromMilliseconds(100),
        Seed = 5,
    };

    [Fact]
    public async Task Each_stream_has_one_request_under_way_at_a_time()
    {
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            await Task.Delay(5);
            return answer;
        });
        (LoadRun run, MeasurementWindow window) = await RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None));
        Assert.Equal(4, target.MostUnderWay);
        Assert.True(window.To - window.From >= Settings.Duration);
        Assert.Equal(target.Requests.Count, run.Answers.Count);
        Assert.Equal([0, 0, 0, 1], target.Requests.Take(4).Select(request => request.Tenant));
        Assert.DoesNotContain(run.Answers, answer => answer.Started >= window.To);
    }

    [Fact]
    public async Task The_warm_up_has_lengths_that_are_spread_and_the_rest_are_whole()
    {
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            await Task.Delay(5);
            return answer;
        });
        await RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None));
        int[] lengths = [.. target.Requests.Select(request => (int)request.Body["max_tokens"]!)];
        Assert.Equal([2, 4, 6, 8], lengths.Take(4));
        Assert.All(lengths.Skip(4), length => Assert.Equal(8, length));
    }

    [Fact]
    public async Task The_window_stays_open_until_each_stream_has_ended_a_request()
    {
        TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int ofSecond = 0;
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            await Task.Delay(5);
            if (answer.Tenant == 1 && Interlocked.Increment(ref ofSecond) > 1)
            {
                await slow.Task;
            }
            else if (answer.Started > 3 * Settings.Duration)
            {
                slow.TrySetResult();
            }

            return answer;
        });
        (LoadRun run, MeasurementWindow window) = await RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None));
        Assert.True(window.To > 3 * Settings.Duration);
        Assert.Contains(run.Answers, answer => answer.Tenant == 1 && window.Contains(answer.Started));
    }

    [Fact]
    public async Task No_two_requests_have_the_same_prompt()
    {
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            await Task.Delay(5);
            return answer;
        });
        await RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None));
        Assert.Distinct(target.Requests.Select(request => request.Body["prompt"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_conversation_has_all_that_was_said_in_its_prompt_and_ends_after_its_turns()
    {
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            await Task.Delay(5);
            return answer with { Text = "said" };
        });
        LoadSettings settings = Settings with { Streams = [1], Keys = [null], Turns = 3, Duration = TimeSpan.FromSeconds(2) };
        (LoadRun run, _) = await RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None), settings, TextPrompts.Draw(9, new Random(1)), chat: true);
        JsonArray[] asked = [.. target.Requests.Skip(1).Select(request => (JsonArray)request.Body["messages"]!)];
        Assert.Equal([1, 3, 5, 1], asked.Take(4).Select(messages => messages.Count));
        Assert.Equal(["user", "assistant", "user"], asked[1].Select(message => (string)message!["role"]!));
        Assert.Equal(((string)asked[0][0]!["content"]!, "said"), ((string)asked[1][0]!["content"]!, (string)asked[1][1]!["content"]!));
        Assert.NotEqual((string)asked[0][0]!["content"]!, (string)asked[3][0]!["content"]!);
        Assert.Equal([1, 2, 3, 1], run.Answers.Skip(1).Take(4).Select(answer => answer.Turn));
    }

    [Fact]
    public async Task Longer_prompts_arrive_beside_the_streams()
    {
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            await Task.Delay(5);
            return answer;
        });
        LoadSettings settings = Settings with { Duration = TimeSpan.FromMilliseconds(300), ArrivalTokens = 50, ArrivalInterval = TimeSpan.FromMilliseconds(50) };
        (LoadRun run, MeasurementWindow window) = await RunAsync(
            target, run => ClosedLoop.RunAsync(run, CancellationToken.None, new TokenPrompts(50, 30_000)), settings, new TokenPrompts(4, 30_000));
        Assert.InRange(run.Answers.Count(answer => answer.Arrived), 1, 1 + (window.Seconds / 0.05));
        Assert.Equal([4, 50], target.Requests.Select(request => request.Body["prompt"]!.AsArray().Count).Distinct().Order());
    }

    [Fact]
    public async Task Some_requests_are_broken_off_and_lengths_vary()
    {
        CountingTarget target = new();
        LoadSettings settings = Settings with { Duration = TimeSpan.FromSeconds(2), Vary = true, CancelShare = 0.5, PromptTokens = 40, GenerateTokens = 30 };
        (LoadRun run, _) = await RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None), settings, new TokenPrompts(40, 30_000));
        Assert.Contains(run.Answers, answer => answer.Cancelled);
        Assert.Equal(target.Cancelled, run.Answers.Count(answer => answer.Cancelled));
        Assert.True(target.Lengths.Distinct().Count() > 5);
        Assert.All(target.Lengths, length => Assert.InRange(length, 1, 40));
    }

    [Fact]
    public void A_shorter_text_ends_between_words()
    {
        string text = (string)PromptLength.Shorten("one two three four", new Random(3))!;
        Assert.StartsWith(text, "one two three four", StringComparison.Ordinal);
        Assert.Contains(text.Split(' ')[^1], "one two three four".Split(' '));
    }

    [Fact]
    public async Task A_server_that_fails_the_whole_warm_up_ends_the_run()
    {
        ScriptedTarget target = new((_, _, answer) => ScriptedTarget.Refuse(answer, 500, "broken"));
        InferenceException exception = await Assert.ThrowsAsync<InferenceException>(() => RunAsync(target, run => ClosedLoop.RunAsync(run, CancellationToken.None)));
        Assert.Contains("HTTP 500: broken", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arrivals_do_not_wait_for_answers_and_count_from_when_they_were_meant()
    {
        const double Rate = 300;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TimeSpan span = Settings.Duration * 1.1;
        TimeSpan[] expected = [.. Expected(Rate, span)];
        int asked = 0;
        ScriptedTarget target = new(async (_, _, answer) =>
        {
            if (Interlocked.Increment(ref asked) == expected.Length)
            {
                all.SetResult();
            }

            await all.Task;
            return answer;
        });
        (LoadRun run, MeasurementWindow window) = await RunAsync(target, run => OpenLoop.RunAsync(run, Rate, CancellationToken.None));
        TimeSpan begin = window.To - span;
        Assert.Equal(expected.Length, target.MostUnderWay);
        Assert.Equal(expected, run.Answers.Select(answer => answer.Started - begin).Order());
        Assert.Equal([0, 1], run.Answers.Select(answer => answer.Tenant).Distinct().Order());
    }

    /// <summary>The schedule draws an arrival's tenant between it and the next.</summary>
    private static IEnumerable<TimeSpan> Expected(double rate, TimeSpan span)
    {
        Random random = new(Settings.Seed);
        foreach (TimeSpan arrival in PoissonSchedule.Arrivals(rate, random, span))
        {
            random.Next(Settings.Keys.Length);
            yield return arrival;
        }
    }

    private static Task<(LoadRun Run, MeasurementWindow Window)> RunAsync(ILoadTarget target, Func<LoadRun, Task<MeasurementWindow>> pattern) =>
        RunAsync(target, pattern, Settings, new TokenPrompts(Settings.PromptTokens, 30_000));

    private static async Task<(LoadRun Run, MeasurementWindow Window)> RunAsync(
        ILoadTarget target, Func<LoadRun, Task<MeasurementWindow>> pattern, LoadSettings settings, IPromptSource prompts, bool chat = false)
    {
        LoadRun run = new(target, new RequestShape { Model = "m", Chat = chat }, prompts, settings, new LoadClock(TimeProvider.System));
        return (run, await pattern(run));
    }

    /// <summary>Takes long enough for each answer that most of what is broken off is under way.</summary>
    private sealed class CountingTarget : ILoadTarget
    {
        private int _cancelled;

        public ConcurrentBag<int> Lengths { get; } = [];

        public int Cancelled => _cancelled;

        public async Task<Answer> AskAsync(RequestShape shape, JsonNode prompt, int generate, int tenant, TimeSpan started, CancellationToken cancellationToken)
        {
            Lengths.Add(prompt.AsArray().Count);
            try
            {
                await Task.Delay(generate * 50, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
                throw;
            }

            return new Answer { Tenant = tenant, Started = started, Arrivals = [started] };
        }
    }
}
