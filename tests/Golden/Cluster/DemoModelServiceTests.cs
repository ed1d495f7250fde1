using System.Text;
using System.Text.Json;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Requests;
using OrleansInference.Golden.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Text.Streaming;
using OrleansInference.Text.Tokenization;

namespace OrleansInference.Golden.Cluster;

public sealed class DemoModelServiceTests
{
    /// <summary>The whole way from a request to its tokens and their text, with the model that the server runs by default.</summary>
    [Theory]
    [InlineData(1, 512)]
    [InlineData(4, 5)]
    public async Task The_demo_model_answers_as_the_reference_does(int stages, int chunk)
    {
        using Checkpoint checkpoint = Checkpoint.Open(GoldenFolders.Demo());
        ComputeOptions options = new() { Threads = 2, KvBytes = 64 << 20, PackedFolder = string.Empty };
        DeviceModel[] devices = [.. Enumerable.Range(0, stages).Select(_ => new DeviceModel(checkpoint, options))];
        ServedModel model = new()
        {
            Id = "demo",
            Created = DateTimeOffset.UnixEpoch,
            ContextLength = 1024,
            VocabularySize = checkpoint.Spec.VocabularySize,
            EndOfSequence = [961],
            Fingerprint = "fp_demo",
        };
        await using LocalNode node = LocalNode.Start(model, devices, new() { MaxPrefillTokens = chunk });
        using JsonDocument expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(GoldenFolders.Demo(), "expected.json")));
        foreach (JsonElement turn in expected.RootElement.EnumerateArray().Take(3).SelectMany(chat => chat.GetProperty("turns").EnumerateArray()))
        {
            int[] ids = Ids(turn, "ids");
            GenerationRequest request = new()
            {
                RequestId = "demo",
                Prompt = Ids(turn, "prompt_ids"),
                MaxTokens = 300,
                Sampling = new() { Temperature = 0, LogProbs = 1 },
            };
            await using IGeneration generation = await node.Service.StartAsync(request, default);
            TextStream stream = new(Tokenizer.Load(Path.Combine(GoldenFolders.Demo(), "tokenizer.json")), new() { ParseReasoning = true, StartsInReasoning = true });
            StringBuilder reasoning = new(), content = new();
            List<TokenEvent> events = [];
            await foreach (TokenEvent token in generation.ReadAsync(default))
            {
                events.Add(token);
                TextDelta delta = stream.Append(token.Token, token.Finish is FinishReason.Stop);
                reasoning.Append(delta.Reasoning);
                content.Append(delta.Content);
            }

            content.Append(stream.Flush().Content);
            Assert.Equal(turn.GetProperty("reasoning").GetString(), reasoning.ToString());
            Assert.Equal(turn.GetProperty("content").GetString(), content.ToString());

            Assert.Equal(ids, events.Select(token => token.Token));
            Assert.Equal(FinishReason.Stop, events[^1].Finish);
            Assert.All(events, token => Assert.Equal(new TokenLogProb(token.Token, token.LogProb), Assert.Single(token.Top.ToArray())));
        }
    }

    private static int[] Ids(JsonElement turn, string name) => [.. turn.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
