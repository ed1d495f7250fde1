using OrleansInference.Engine.Requests;
using OrleansInference.Unit.Cluster.Hosting;
using Xunit.Abstractions;

namespace OrleansInference.Unit.Engine.Scheduling;

/// <summary>Whatever the schedule: the same tokens, no page lost, no step empty while work waits.</summary>
public sealed class RandomScheduleTests(ITestOutputHelper output)
{
    private const int Rounds = 150;

    [Fact]
    public void Tokens_are_those_of_the_definition_in_any_schedule()
    {
        EngineFigures total = default;
        Seeded.Run(random =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                total += Round(random);
            }
        });
        output.WriteLine(total.ToString());
        Assert.True(total.CachedPromptTokens > 0 && total.AcceptedTokens > 0 && total.Preemptions > 0, total.ToString());
    }

    private static EngineFigures Round(Random random)
    {
        int vocabulary = random.Next(2) == 0 ? 4 : 40;
        using HashModel model = new(vocabulary, random.Next(6, 30), random.Next(1, 4), maxStepTokens: random.Next(4, 60), hostPages: random.Next(2) * random.Next(20));
        ServingOptions options = new()
        {
            MaxPrefillTokens = random.Next(1, 50),
            MaxRunningSequences = random.Next(1, 12),
            InterTokenTarget = TimeSpan.FromMilliseconds(random.Next(1, 60)),
            Speculation = random.Next(3) > 0,
            TenantWeights = new Dictionary<string, double> { ["a"] = 1 + random.Next(3) },
        };
        using RouterHarness harness = new(model, options, random.Next(1, 5));
        List<RecordingSink> requests = [];
        HashSet<RecordingSink> disturbed = [];
        int[] shared = Prompt(random, vocabulary, random.Next(1, 70));
        for (int remaining = random.Next(1, 25); remaining > 0 || harness.Router.HasWork;)
        {
            switch (random.Next(6))
            {
                case 0 when remaining > 0:
                    remaining--;
                    requests.Add(harness.Submit(Request(random, vocabulary, shared, harness.Limits.Positions)));
                    break;
                case 1 when requests.Count > 0 && random.Next(8) == 0:
                    RecordingSink victim = requests[random.Next(requests.Count)];
                    disturbed.Add(victim);
                    if (random.Next(2) == 0)
                    {
                        harness.Router.Cancel(victim.Routed!);
                    }
                    else
                    {
                        harness.Router.Stop(victim.Routed!, random.Next(victim.Request.Choices));
                    }

                    break;
                case 2 or 3:
                    harness.Fill();
                    break;
                default:
                    harness.RunOne();
                    break;
            }

            if (random.Next(10) == 0)
            {
                harness.Router.Pages.IntegrityCheck();
            }
        }

        harness.AssertIdle();
        foreach (RecordingSink request in requests)
        {
            Check(harness, request, disturbed.Contains(request));
        }

        return harness.Figures;
    }

    private static void Check(RouterHarness harness, RecordingSink request, bool disturbed)
    {
        Assert.True(request.Completed);
        Assert.Null(request.Error);
        for (int choice = 0; choice < request.Request.Choices; choice++)
        {
            int[] expected = harness.Expected(request.Request, choice);
            int[] tokens = [.. request.Tokens(choice)];
            Assert.Equal(disturbed ? expected[..Math.Min(expected.Length, tokens.Length)] : expected, tokens);
            Assert.Equal(Enumerable.Range(0, tokens.Length), request.Events.Where(token => token.Choice == choice && token.Index >= 0).Select(token => token.Index));
            if (request.Request.PromptLogProbs && !disturbed)
            {
                Assert.Equal(request.Request.Prompt.ToArray(), request.Events.Where(token => token.Choice == choice && token.Index < 0).Select(token => token.Token));
            }
        }
    }

    private static GenerationRequest Request(Random random, int vocabulary, int[] shared, int positions)
    {
        int[] prompt = [.. shared.Take(random.Next(shared.Length + 1)), .. Prompt(random, vocabulary, random.Next(1, 30))];
        prompt = prompt[..Math.Min(prompt.Length, positions - 2)];
        return new GenerationRequest
        {
            RequestId = "random",
            Tenant = random.Next(2) == 0 ? "a" : "bb",
            Prompt = prompt,
            MaxTokens = random.Next(1, Math.Min(60, positions - prompt.Length + 1)),
            MinTokens = 0,
            IgnoreEos = random.Next(2) == 0,
            Choices = random.Next(4) == 0 ? random.Next(2, 5) : 1,
            Priority = random.Next(4) == 0 ? random.Next(3) : 0,
            PromptLogProbs = random.Next(8) == 0,
            Sampling = new()
            {
                Temperature = random.Next(2),
                Seed = (ulong)random.Next(5),
                TopK = random.Next(3) == 0 ? 3 : 0,
                FrequencyPenalty = random.Next(4) == 0 ? 0.5f : 0,
                LogProbs = random.Next(5) == 0 ? 2 : null,
            },
        };
    }

    private static int[] Prompt(Random random, int vocabulary, int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(vocabulary))];
}
