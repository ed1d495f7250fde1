namespace OrleansInference.CliTests.Cluster;

public sealed class BenchClusterTests
{
    [Theory]
    [InlineData("--rounds", "5", "--generate", "96", "--json")]
    [InlineData("--only", "hops")]
    [InlineData("--streams", "1,64", "--links", "off")]
    [InlineData]
    public void Options_in_their_range_are_taken(params string[] options) => Assert.Empty(CommandTree.Parse(["bench", "cluster", .. options]).Errors);

    [Theory]
    [InlineData("--only", "hop")]
    [InlineData("--streams", "1,65")]
    [InlineData("--streams", "1,x")]
    [InlineData("--links", "yes")]
    [InlineData("--generate", "1")]
    [InlineData("--sessions", "many")]
    public void A_wrong_value_is_named(string option, string value) =>
        Assert.Contains(CommandTree.Parse("bench", "cluster", option, value).Errors, error => error.Message.Contains($"'{value}'", StringComparison.Ordinal));
}
