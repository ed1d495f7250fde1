using OrleansInference.Cluster.Programs;
using OrleansInference.ClusterTests.Stopping;
using OrleansInference.Engine.Requests;
using OrleansInference.Models;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class TenantWeightsTests
{
    [Fact]
    public void The_command_line_reaches_the_options()
    {
        ServingOptions serving = NodeOptions.Read("--tenant-weights", "team-a=3, team-b=0.5", "--prompt-token-weight", "0", "--generated-token-weight", "4").Serving;
        serving.Validate();
        Assert.Equal([new("team-a", 3), new("team-b", 0.5)], serving.TenantWeights);
        Assert.Equal((0, 4), (serving.PromptTokenWeight, serving.GeneratedTokenWeight));
    }

    [Fact]
    public void Without_settings_tenants_are_equal_and_a_generated_token_counts_twice()
    {
        ServingOptions serving = NodeOptions.Read().Serving;
        Assert.Empty(serving.TenantWeights);
        Assert.Equal((1, 2), (serving.PromptTokenWeight, serving.GeneratedTokenWeight));
    }

    [Theory]
    [InlineData("team-a=0")]
    [InlineData("team-a=-1")]
    [InlineData("team-a=NaN")]
    [InlineData("team-a=1001")]
    [InlineData("team-a=much")]
    [InlineData("team-a")]
    [InlineData("=3")]
    [InlineData("team-a=1,team-a=2")]
    [InlineData("team-a=1;team-b=2")]
    public async Task Another_value_is_refused_at_the_start_in_one_line(string given)
    {
        string expected = $"TenantWeights is '{given}' (--tenant-weights); expected NAME=VALUE, or several separated by commas, where each name is there once and each value is a number from 0.001 to 1000.";
        InferenceException error = Assert.Throws<InferenceException>(() => NodeOptions.Read("--tenant-weights", given));
        Assert.Equal((ErrorCode.InvalidOption, nameof(ServingOptions.TenantWeights), expected), (error.Code, error.Parameter, error.Message));
        if (given == "team-a=0")
        {
            using NodeProgram node = new("--tenant-weights", given);
            (int code, string[] errors) = await node.EndsAsync();
            Assert.Equal(ExitCode.UsageError, code);
            Assert.EndsWith(expected, Assert.Single(errors), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--prompt-token-weight", "-1", "PromptTokenWeight is '-1' (--prompt-token-weight); expected a number from 0 to 1000.")]
    [InlineData("--generated-token-weight", "0", "GeneratedTokenWeight is '0' (--generated-token-weight); expected a number from 0.001 to 1000.")]
    public void A_weight_of_tokens_has_its_range(string option, string given, string expected) =>
        Assert.Equal(expected, Assert.Throws<InferenceException>(() => NodeOptions.Read(option, given)).Message);
}
