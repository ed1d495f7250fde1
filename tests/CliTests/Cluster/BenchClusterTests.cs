using System.CommandLine;
using OrleansInference.Cli;

namespace OrleansInference.CliTests.Cluster;

public sealed class BenchClusterTests
{
    [Theory]
    [InlineData("--rounds", "5", "--generate", "96", "--json")]
    [InlineData("--only", "hops")]
    [InlineData]
    public void All_that_stands_after_the_command_is_handed_on_in_its_order(params string[] options)
    {
        ParseResult parse = CommandLineApplication.CreateRoot().Parse(["bench", "cluster", .. options]);
        Assert.Empty(parse.Errors);
        Assert.Equal(options, parse.UnmatchedTokens);
    }
}
