using OrleansInference.Cluster.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Unit.Deployment.Charts;
using OrleansInference.Unit.Engine.Scheduling;

namespace OrleansInference.Unit.Cluster.Hosting;

/// <summary>The node with its threads: stages that work at the same time, callers that come and go as they like.</summary>
public sealed class ParallelServiceTests
{
    private const int Vocabulary = 30;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Callers_at_the_same_time_get_the_tokens_of_the_definition(int stages)
    {
        int seed = Seed.Next();
        HashModel[] devices = [.. Enumerable.Range(0, stages).Select(_ => new HashModel(Vocabulary, pages: 24, stages, maxStepTokens: 40))];
        using RouterHarness definition = new(new HashModel(Vocabulary, pages: 24, stages, maxStepTokens: 40));
        ServingOptions options = new() { MaxRunningSequences = 9, MaxPrefillTokens = 24, MaxChoices = 4 };
        await using LocalNode node = new(TestModel.With(FakeTokenizer.Bytes, 300, Vocabulary, 1), devices, stages, new StepLimits(1 << 20, 40, 40), options);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => Call(node.Service, definition, new Random(seed + i)))));
        Assert.True(
            SpinWait.SpinUntil(() => node.Service.Status.Figures is { Running: 0, Waiting: 0, PagesInUse: 0 }, TimeSpan.FromMinutes(1)),
            $"ORLEANS_INFERENCE_SEED={seed}: {node.Service.Status}");
        await node.DisposeAsync();
        Assert.All(devices, static device => Assert.True(device.Disposed));
        ServiceStatus status = node.Service.Status;
        Assert.True(status.Figures.GeneratedTokens > 0 && status.Figures.Steps > 0);
    }

    private static async Task Call(IInferenceService service, RouterHarness definition, Random random)
    {
        for (int i = 0; i < 4; i++)
        {
            GenerationRequest request = new()
            {
                RequestId = "call",
                Tenant = random.Next(2) == 0 ? "a" : "b",
                Prompt = Enumerable.Range(0, random.Next(1, 60)).Select(position => position * position % Vocabulary).Append(random.Next(Vocabulary)).ToArray(),
                MaxTokens = random.Next(1, 40),
                Choices = random.Next(1, 4),
                Priority = random.Next(2),
                Sampling = new() { Temperature = random.Next(2), Seed = (ulong)random.Next(3) },
            };
            await using IGeneration generation = await service.StartAsync(request, default);
            bool leaves = random.Next(5) == 0;
            List<TokenEvent> events = [];
            await foreach (TokenEvent token in generation.ReadAsync(default))
            {
                events.Add(token);
                if (leaves && events.Count > 3)
                {
                    break;
                }
            }

            for (int choice = 0; choice < request.Choices; choice++)
            {
                int[] tokens = [.. events.Where(token => token.Choice == choice).Select(token => token.Token)];
                int[] expected = definition.Expected(request, choice);
                Assert.Equal(leaves ? expected[..tokens.Length] : expected, tokens);
            }
        }
    }
}
