using OrleansInference.Cluster.Programs;
using OrleansInference.Models;
using OrleansInference.Silo;

namespace OrleansInference.ClusterTests.Nodes;

public sealed class VerifyPagesOptionTests
{
    [Fact]
    public void Pages_are_not_verified_by_default()
    {
        SiloOptions options = SiloConfiguration.Read([]);
        Assert.Equal("off", options.VerifyPages);
        Assert.False(options.Control.VerifyPages);
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public void The_command_line_reaches_the_router(string given, bool verifies)
    {
        SiloOptions options = SiloConfiguration.Read(["--verify-pages", given, "--lost-after", "3"]);
        Assert.Equal((verifies, TimeSpan.FromSeconds(3)), (options.Control.VerifyPages, options.Control.LostAfter));
    }

    [Fact]
    public void Its_variable_is_named_like_those_of_other_settings() => Assert.Equal("ORLEANS_INFERENCE_VERIFY_PAGES", SettingName.Variable(nameof(SiloOptions.VerifyPages)));

    [Theory]
    [InlineData("yes")]
    [InlineData("")]
    public void Another_value_is_refused_with_the_setting_and_what_was_expected(string given)
    {
        InferenceException error = Assert.Throws<InferenceException>(() => SiloConfiguration.Read(["--verify-pages", given]));
        Assert.Equal((ErrorCode.InvalidOption, nameof(SiloOptions.VerifyPages)), (error.Code, error.Parameter));
        Assert.Equal($"VerifyPages is {given}; expected on or off.", error.Message);
    }
}
