using OrleansInference.Api;

namespace OrleansInference.ApiTests.Requests;

public sealed class ApiOptionsTests
{
    [Fact]
    public void TheDefaultsAreValid() => Assert.True(new ApiOptions.Validator().Validate(null, new ApiOptions()).Succeeded);

    [Fact]
    public void AWrongValueNamesItsKeyAndRange()
    {
        ApiOptions options = new() { MaxChoices = 0, RequestTimeout = TimeSpan.Zero, ApiKeys = [" "] };

        string failure = new ApiOptions.Validator().Validate(null, options).FailureMessage!;

        Assert.Contains("Api:MaxChoices is 0, but must be from 1 to 1024.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:RequestTimeout", failure, StringComparison.Ordinal);
        Assert.Contains("Api:ApiKeys", failure, StringComparison.Ordinal);
    }
}
