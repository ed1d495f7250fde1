using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class LocalNodeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(100)]
    public async Task Tokens_are_those_of_the_definition_for_any_chunk(int chunk)
    {
        await using ServiceFixture fixture = new(new() { MaxPrefillTokens = chunk });
        for (int seed = 0; seed < 10; seed++)
        {
            GenerationRequest request = ServiceFixture.Request(1 + (seed * 7), seed: seed) with { Choices = 1 + (seed % 3) };
            request = seed % 4 == 0 ? request with { Sampling = request.Sampling with { Temperature = 0 } } : request;
            List<TokenEvent> events = await fixture.Run(request);
            for (int choice = 0; choice < request.Choices; choice++)
            {
                TokenEvent[] own = [.. events.Where(token => token.Choice == choice)];
                Assert.Equal(ServiceFixture.Expected(request, choice), own.Select(token => token.Token));
                Assert.Equal(Enumerable.Range(0, own.Length), own.Select(token => token.Index));
                Assert.All(own[..^1], token => Assert.Equal(FinishReason.None, token.Finish));
                Assert.Equal(own[^1].Token == ServiceFixture.EndOfSequence ? FinishReason.Stop : FinishReason.Length, own[^1].Finish);
            }
        }
    }

    [Fact]
    public async Task Stop_tokens_end_a_choice_but_not_before_the_least_number_of_tokens()
    {
        await using ServiceFixture fixture = new();
        GenerationRequest free = ServiceFixture.Request() with { IgnoreEos = true };
        int[] tokens = ServiceFixture.Expected(free);
        Assert.Equal(30, tokens.Length);

        GenerationRequest stopping = free with { StopTokens = [tokens[4], tokens[9]] };
        List<TokenEvent> stopped = await fixture.Run(stopping);
        Assert.Equal(tokens[..(Array.IndexOf(tokens, stopped[^1].Token) + 1)], stopped.Select(token => token.Token));
        Assert.Equal(FinishReason.Stop, stopped[^1].Finish);
        Assert.True(stopped.Count <= 5);

        List<TokenEvent> later = await fixture.Run(stopping with { MinTokens = 20 });
        Assert.True(later.Count >= 20);
        Assert.DoesNotContain(later.Take(20), token => stopping.StopTokens.Contains(token.Token));
    }

    [Fact]
    public async Task End_of_sequence_is_an_ordinary_token_where_it_is_ignored()
    {
        await using ServiceFixture fixture = new();
        GenerationRequest request = ServiceFixture.Request() with { Sampling = new() { LogitBias = new Dictionary<int, float> { [ServiceFixture.EndOfSequence] = 1000 } } };
        Assert.Equal(FinishReason.Stop, Assert.Single(await fixture.Run(request)).Finish);
        List<TokenEvent> ignored = await fixture.Run(request with { IgnoreEos = true });
        Assert.Equal(Enumerable.Repeat(ServiceFixture.EndOfSequence, 30), ignored.Select(token => token.Token));
        Assert.Equal(FinishReason.Length, ignored[^1].Finish);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(40, 3)]
    public async Task Prompt_log_probabilities_come_first_and_for_every_choice(int promptLength, int choices)
    {
        await using ServiceFixture fixture = new(new() { MaxPrefillTokens = 16 });
        GenerationRequest request = ServiceFixture.Request(promptLength, 3) with { PromptLogProbs = true, Choices = choices };
        request = request with { Sampling = request.Sampling with { LogProbs = 2 } };
        List<TokenEvent> events = await fixture.Run(request);
        for (int choice = 0; choice < choices; choice++)
        {
            TokenEvent[] prompt = [.. events.Where(token => token.Choice == choice && token.Index < 0)];
            Assert.Equal(request.Prompt.ToArray(), prompt.Select(token => token.Token));
            Assert.Equal(Enumerable.Range(-promptLength, promptLength), prompt.Select(token => token.Index));
            Assert.True(float.IsNaN(prompt[0].LogProb) && prompt[0].Top.IsEmpty);
            Assert.Equal(ServiceFixture.Expected(request, choice), events.Where(token => token.Choice == choice && token.Index >= 0).Select(token => token.Token));
            for (int i = 1; i < promptLength; i++)
            {
                float[] logits = HashModel.Logits(request.Prompt.ToArray().Take(i), ServiceFixture.Vocabulary);
                Assert.Equal(logits[prompt[i].Token] - Math.Log(logits.Sum(logit => Math.Exp(logit))), prompt[i].LogProb, 1e-5);
                Assert.Equal(logits.Max(), logits[prompt[i].Top.Span[0].Token]);
                Assert.Equal(2, prompt[i].Top.Length);
            }
        }
    }

    [Fact]
    public async Task A_failed_step_fails_its_request_and_no_other()
    {
        await using ServiceFixture fixture = new();
        fixture.Executor.Before = _ => throw new InvalidOperationException("device lost");
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => fixture.Run(ServiceFixture.Request()));
        Assert.Equal(ErrorCode.Internal, error.Code);
        Assert.Contains("device lost", error.Message, StringComparison.Ordinal);

        fixture.Executor.Before = _ => { };
        fixture.Executor.After = logits => logits.AsSpan().Fill(float.NaN);
        error = await Assert.ThrowsAsync<InferenceException>(() => fixture.Run(ServiceFixture.Request()));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);

        fixture.Executor.After = _ => { };
        Assert.Equal(ServiceFixture.Expected(ServiceFixture.Request()), (await fixture.Run(ServiceFixture.Request())).Select(token => token.Token));
        Assert.True(fixture.Service.Status.Ready);
    }

    [Fact]
    public async Task Status_counts_steps_and_tokens()
    {
        await using ServiceFixture fixture = new(new() { MaxPrefillTokens = 8 });
        ServiceStatus during = default;
        fixture.Executor.Before = batch => during = batch.Slices[0].Start == 20 ? fixture.Service.Status : during;
        await fixture.Run(ServiceFixture.Request(20, 5) with { IgnoreEos = true, Choices = 2 });
        await fixture.Node.DisposeAsync();
        ServiceStatus status = fixture.Service.Status;
        // Three chunks, the last of which chooses the first choice's first token; the second choice is a token behind.
        Assert.Equal((3 + 5, 21, 10), (status.Figures.Steps, status.Figures.PromptTokens, status.Figures.GeneratedTokens));
        Assert.Equal((0, 0, 0, 16), (status.Figures.Running, status.Figures.Waiting, status.Figures.PagesInUse, status.Figures.PagesTotal));
        Assert.True(during.Figures.StepTime > TimeSpan.Zero && during.Figures.RouterTime > TimeSpan.Zero);
        Assert.True(status.Figures.StepTime > during.Figures.StepTime && status.Figures.RouterTime > during.Figures.RouterTime);
        Assert.Equal((2, 0, 3), (during.Figures.Running, during.Figures.Waiting, during.Figures.PagesInUse));
        Assert.False(status.Ready);
    }

    [Fact]
    public async Task Tokens_wait_for_a_slow_reader_and_can_be_read_once()
    {
        await using ServiceFixture fixture = new();
        GenerationRequest request = ServiceFixture.Request() with { IgnoreEos = true };
        IGeneration generation = await fixture.Service.StartAsync(request, default);
        fixture.Until(figures => figures is { GeneratedTokens: 30, Running: 0 });
        Assert.Equal(30, (await ServiceFixture.Read(generation)).Count);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceFixture.Read(generation));
    }
}
