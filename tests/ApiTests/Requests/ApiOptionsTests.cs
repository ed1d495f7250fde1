using OrleansInference.Api;

namespace OrleansInference.ApiTests.Requests;

public sealed class ApiOptionsTests
{
    [Fact]
    public void TheDefaultsAreValid() => Assert.True(new ApiOptions.Validator().Validate(null, new ApiOptions()).Succeeded);

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
