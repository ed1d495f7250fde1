using OrleansInference.Api;
using OrleansInference.ApiTests.Scripted;
using OrleansInference.Models;

namespace OrleansInference.ApiTests.Requests;

public sealed class ApiOptionsTests
{
    [Fact]
    public void TheDefaultsAreValid() => Assert.True(new ApiOptions.Validator().Validate(null, new ApiOptions()).Succeeded);

    [Theory]
    [InlineData("00:00:00.010", "Api:KeepAlive is 00:00:00.0100000, but must be")]
    [InlineData("often", "'often' at 'Api:KeepAlive'")]
    public void AServerWithAWrongValueIsNotBuilt(string value, string said)
    {
        InferenceException wrong = Assert.Throws<InferenceException>(() => InferenceServer.Build(
            new ScriptedService(), ScriptedService.Text, new ServerOptions { Port = 0 }, configure: builder => builder.Configuration["Api:KeepAlive"] = value));

        Assert.Equal(ErrorCode.InvalidOption, wrong.Code);
        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongValueNamesItsKeyAndRange()
    {
        ApiOptions options = new() { MaxChoices = 0, RequestTimeout = TimeSpan.Zero, KeepAlive = TimeSpan.FromMilliseconds(1), ApiKeys = [" "] };

        string failure = new ApiOptions.Validator().Validate(null, options).FailureMessage!;

        Assert.Contains("Api:MaxChoices is 0, but must be from 1 to 1024.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:RequestTimeout", failure, StringComparison.Ordinal);
        Assert.Contains("Api:KeepAlive is 00:00:00.0010000, but must be from 00:00:00.1000000 to 01:00:00, or zero.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:ApiKeys", failure, StringComparison.Ordinal);
    }
}
