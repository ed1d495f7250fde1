using OrleansInference.Cluster.Hosting;
using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Sampling;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class RequestValidatorTests
{
    public static TheoryData<string, GenerationRequest> Bad()
    {
        GenerationRequest good = ServiceFixture.Request();
        SamplingParameters sampling = good.Sampling;
        return new()
        {
            { "prompt", good with { Prompt = default } },
            { "prompt", good with { Prompt = new[] { 64 } } },
            { "prompt", good with { Prompt = new[] { -1 } } },
            { "max_tokens", good with { MaxTokens = 0 } },
            { "min_tokens", good with { MinTokens = 31 } },
            { "min_tokens", good with { MinTokens = -1 } },
            { "n", good with { Choices = 0 } },
            { "n", good with { Choices = 129 } },
            { "stop_token_ids", good with { StopTokens = [64] } },
            { "timeout", good with { Timeout = TimeSpan.Zero } },
            { "temperature", good with { Sampling = sampling with { Temperature = float.NaN } } },
            { "temperature", good with { Sampling = sampling with { Temperature = -1 } } },
            { "top_k", good with { Sampling = sampling with { TopK = -1 } } },
            { "top_p", good with { Sampling = sampling with { TopP = 1.1f } } },
            { "min_p", good with { Sampling = sampling with { MinP = -0.1f } } },
            { "repetition_penalty", good with { Sampling = sampling with { RepetitionPenalty = 0 } } },
            { "presence_penalty", good with { Sampling = sampling with { PresencePenalty = float.PositiveInfinity } } },
            { "frequency_penalty", good with { Sampling = sampling with { FrequencyPenalty = float.NaN } } },
            { "logprobs", good with { Sampling = sampling with { LogProbs = 21 } } },
            { "logit_bias", good with { Sampling = sampling with { LogitBias = new Dictionary<int, float> { [64] = 1 } } } },
            { "logit_bias", good with { Sampling = sampling with { LogitBias = new Dictionary<int, float> { [1] = float.NaN } } } },
        };
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_value_out_of_range_is_refused_by_name(string parameter, GenerationRequest request)
    {
        await using ServiceFixture fixture = new();
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => fixture.Run(request));
        Assert.Equal((ErrorCode.InvalidRequest, parameter), (error.Code, error.Parameter));
    }

    [Theory]
    [InlineData(171, 30)]
    [InlineData(200, 1)]
    [InlineData(1, int.MaxValue)]
    public async Task What_exceeds_the_context_is_refused(int promptLength, int maxTokens)
    {
        await using ServiceFixture fixture = new();
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => fixture.Run(ServiceFixture.Request(promptLength, maxTokens)));
        Assert.Equal(ErrorCode.ContextTooLong, error.Code);
        Assert.Contains("200", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sequence_may_fill_the_context()
    {
        await using ServiceFixture fixture = new();
        Assert.Equal(30, (await fixture.Run(ServiceFixture.Request(170) with { IgnoreEos = true })).Count);
    }

    [Fact]
    public async Task The_context_is_no_longer_than_the_pages()
    {
        ServedModel model = TestModel.With(FakeTokenizer.Bytes, ServiceFixture.ContextLength, ServiceFixture.Vocabulary);
        await using LocalNode node = new(model, [new HashModel(ServiceFixture.Vocabulary, pages: 3)], 1, new StepLimits(1 << 20, 512, 512), new());
        IInferenceService service = node.Service;
        Assert.Equal(48, service.Model.ContextLength);
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => service.StartAsync(ServiceFixture.Request(19), default).AsTask());
        Assert.Equal(ErrorCode.ContextTooLong, error.Code);
        await using IGeneration generation = await service.StartAsync(ServiceFixture.Request(18) with { IgnoreEos = true }, default);
        Assert.Equal(30, (await ServiceFixture.Read(generation)).Count);
    }

    [Fact]
    public void A_vocabulary_too_large_to_sample_from_is_refused()
    {
        ServedModel model = TestModel.With(FakeTokenizer.Bytes, vocabularySize: FixedPointSoftmax.MaxTokens + 1);
        StepLimits limits = new(1 << 20, 512, 512);
        Assert.Equal(ErrorCode.InvalidOption, Assert.Throws<InferenceException>(() => new LocalNode(model, [new HashModel()], 1, limits, new())).Code);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        foreach ((string name, ServingOptions options) in new[]
        {
            ("Serving:MaxWaitingRequests", new ServingOptions { MaxWaitingRequests = 0 }),
            ("Serving:MaxPrefillTokens", new ServingOptions { MaxPrefillTokens = 70_000 }),
            ("Serving:MaxChoices", new ServingOptions { MaxChoices = 0 }),
            ("Serving:MaxLogProbs", new ServingOptions { MaxLogProbs = -1 }),
        })
        {
            InferenceException error = Assert.Throws<InferenceException>(options.Validate);
            Assert.Equal((ErrorCode.InvalidOption, name), (error.Code, error.Parameter));
        }
    }
}
