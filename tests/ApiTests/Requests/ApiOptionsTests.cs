using Microsoft.Extensions.Configuration;
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
        ApiOptions options = new() { MaxChoices = 0, RequestTimeout = TimeSpan.Zero, KeepAlive = TimeSpan.FromMilliseconds(1), ResponseRetention = TimeSpan.Zero, TenantResponseRetention = new Dictionary<string, TimeSpan> { ["team-a"] = -TimeSpan.FromDays(1) }, ApiKeys = [new() { Key = " " }] };

        string failure = new ApiOptions.Validator().Validate(null, options).FailureMessage!;

        Assert.Contains("Api:MaxChoices is 0, but must be from 1 to 1024.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:RequestTimeout", failure, StringComparison.Ordinal);
        Assert.Contains("Api:KeepAlive is 00:00:00.0010000, but must be from 00:00:00.1000000 to 01:00:00, or zero.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:ResponseRetention is 00:00:00, but must be longer than zero.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:TenantResponseRetention:team-a is -1.00:00:00, but must be longer than zero.", failure, StringComparison.Ordinal);
        Assert.Contains("Api:ApiKeys:0 is empty, but must be a key.", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tenant", "team a", "Api:ApiKeys:1:Tenant is 'team a', but must be 1 to 64 letters, digits, '-', '_' or '.'.")]
    [InlineData("Tenant", "", "Api:ApiKeys:1:Tenant is '', but must be")]
    [InlineData("MaxPriority", "101", "Api:ApiKeys:1:MaxPriority is 101, but must be from -100 to 100.")]
    [InlineData("MaxPriority", "-101", "Api:ApiKeys:1:MaxPriority is -101, but")]
    [InlineData("MaxPriority", "high", "'high' at 'Api:ApiKeys:1:MaxPriority'")]
    [InlineData("MaxPriorty", "1", "MaxPriorty")]
    [InlineData("Key", "one", "; remove one of them.")]
    public void AServerWithAWrongKeyIsNotBuilt(string field, string value, string said)
    {
        foreach (string key in (string[])["Api:ApiKeys:1", "Api:ApiKeys:1:Key"])
        {
            Dictionary<string, string?> settings = new() { ["Api:ApiKeys:0"] = "one", [key] = "two", ["Api:ApiKeys:1:MaxPriority"] = "1", [$"Api:ApiKeys:1:{field}"] = value };
            InferenceException wrong = Assert.Throws<InferenceException>(() => InferenceServer.Build(
                new ScriptedService(), ScriptedService.Text, new ServerOptions { Port = 0 }, configure: builder => builder.Configuration.AddInMemoryCollection(settings)));

            Assert.Equal(ErrorCode.InvalidOption, wrong.Code);
            Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("two", wrong.Message, StringComparison.Ordinal);
        }
    }
}
