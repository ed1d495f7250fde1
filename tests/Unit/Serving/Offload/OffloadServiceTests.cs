using OrleansInference.Serving;
using OrleansInference.Unit.Pages;
using OrleansInference.Unit.Serving.Engine;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Serving.Offload;

/// <summary>Pages that go out and come back never change a token: the model's logits are a hash of what the pages hold.</summary>
public sealed class OffloadServiceTests(ITestOutputHelper output) : IDisposable
{
    private const int PageBytes = 16 * sizeof(ulong); // of one stage
    private readonly string _folder = Directory.CreateTempSubdirectory("offload-").FullName;

    [Theory]
    [InlineData(1, false, 100, 0)]
    [InlineData(1, false, 6, 0)]
    [InlineData(3, true, 100, 0)]
    [InlineData(1, false, 0, 200)]
    [InlineData(2, true, 70, 200)]
    public void Tokens_are_those_of_the_definition(int stages, bool parallel, int memoryPages, int filePages) => Seeded.Run(random =>
    {
        int pages = random.Next(14, 24);
        HashModel model = new(ServiceFixture.Vocabulary, pages, stages, parallel);
        ServingOptions options = new()
        {
            OffloadMemoryBytes = (long)memoryPages * stages * PageBytes,
            OffloadFileBytes = (long)filePages * stages * PageBytes,
            OffloadFolder = _folder,
            MaxRunningSequences = 3,
        };
        ServiceStatus status = Run(model, options, random, stages).GetAwaiter().GetResult();
        output.WriteLine(status.ToString());
        Assert.True(status.RestoredPages > 0, status.ToString());
        Assert.Equal(0, status.PagesInUse);
        Assert.InRange(status.PagesOffloaded, 1, memoryPages + filePages + 64);
        Assert.True(memoryPages > 6 || filePages > 0 || status.PagesOffloaded <= 6);
        Assert.Empty(Directory.GetFiles(_folder));
    });

    [Fact]
    public async Task Another_tenant_does_not_get_them()
    {
        HashModel model = new(ServiceFixture.Vocabulary, 14);
        await using BatchingInferenceService service = Service(model, new() { OffloadMemoryBytes = 100 * PageBytes });
        GenerationRequest request = ServiceFixture.Request(100, 4);
        await Cached(service, request);
        await Cached(service, ServiceFixture.Request(190, 4, seed: 5));
        Assert.InRange(service.Status.PagesOffloaded, 1, 100);

        Assert.Equal(0, await Cached(service, request with { Tenant = "other" }));
        Assert.Equal(0, service.Status.RestoredPages);
        Assert.Equal(96, await Cached(service, request));
        Assert.InRange(service.Status.RestoredPages, 1, 6);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Conversations of several turns that take turns on a pool that holds few of them.</summary>
    private static async Task<ServiceStatus> Run(HashModel model, ServingOptions options, Random random, int stages)
    {
        await using BatchingInferenceService service = Service(model, options);
        List<int>[] chats = [.. Enumerable.Range(0, 8).Select(chat => Enumerable.Range(0, 20 + (chat * 3)).Select(_ => random.Next(3, ServiceFixture.Vocabulary)).ToList())];
        for (int turn = 0; turn < 4; turn++)
        {
            await Task.WhenAll(chats.Select(async (chat, index) =>
            {
                GenerationRequest request = ServiceFixture.Request() with { Prompt = chat.ToArray(), MaxTokens = 20, IgnoreEos = true, Tenant = index % 2 == 0 ? "a" : "b" };
                await using IGeneration generation = await service.StartAsync(request, default);
                int[] tokens = [.. (await ServiceFixture.Read(generation)).Select(static token => token.Token)];
                Assert.Equal(ServiceFixture.Expected(request, stages: stages), tokens);
                chat.AddRange(tokens);
            }));
        }

        await service.DrainAsync(default);
        return service.Status;
    }

    private static async Task<int> Cached(BatchingInferenceService service, GenerationRequest request)
    {
        await using IGeneration generation = await service.StartAsync(request with { IgnoreEos = true }, default);
        await ServiceFixture.Read(generation);
        return generation.CachedPromptTokens;
    }

    private static BatchingInferenceService Service(HashModel model, ServingOptions options) =>
        new(TestModel.With(FakeTokenizer.Bytes, ServiceFixture.ContextLength, ServiceFixture.Vocabulary, ServiceFixture.EndOfSequence), model, options);
}
