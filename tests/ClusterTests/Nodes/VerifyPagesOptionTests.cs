using OrleansInference.Cluster.Router;
using OrleansInference.Models;
using OrleansInference.Settings;
using OrleansInference.Silo.Settings;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class VerifyPagesOptionTests
{
    [Fact]
    public void Pages_are_not_verified_by_default()
    {
        Assert.False(NodeOptions.Read().Control.VerifyPages);
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public void The_command_line_reaches_the_router(string given, bool verifies)
    {
        NodeOptions options = NodeOptions.Read("--verify-pages", given, "--lost-after", "3");
        Assert.Equal((verifies, TimeSpan.FromSeconds(3)), (options.Control.VerifyPages, options.Control.LostAfter));
    }

    [Fact]
    public void Its_variable_is_named_like_those_of_other_settings() => Assert.Equal("ORLEANS_INFERENCE_VERIFY_PAGES", SettingName.Variable(nameof(CoordinatorOptions.VerifyPages)));

    [Theory]
    [InlineData("yes")]
    [InlineData("")]
    public void Another_value_is_refused_with_the_setting_and_what_was_expected(string given)
    {
        InferenceException error = Assert.Throws<InferenceException>(() => NodeOptions.Read("--verify-pages", given));
        Assert.Equal((ErrorCode.InvalidOption, nameof(CoordinatorOptions.VerifyPages)), (error.Code, error.Parameter));
        Assert.Equal($"VerifyPages is '{given}' (--verify-pages); expected on or off.", error.Message);
    }
}
