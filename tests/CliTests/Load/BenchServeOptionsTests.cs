using System.CommandLine;
using OrleansInference.Bench.Commands;
using OrleansInference.Bench.Load;
using OrleansInference.Models;

namespace OrleansInference.CliTests.Load;

public sealed class BenchServeOptionsTests
{
    [Theory]
    [InlineData("--tenants", "3")]
    [InlineData("--streams", "0")]
    [InlineData("--streams", "many")]
    [InlineData("--streams", "1,2")]
    [InlineData("--api-key", "a", "--api-key", "b", "--streams", "1")]
    [InlineData("--rate", "0")]
    [InlineData("--rate", "NaN")]
    [InlineData("--rate", "2", "--streams", "4")]
    [InlineData("--rate", "2", "--turns", "2")]
    [InlineData("--rate", "2", "--arrival-prompt", "100")]
    [InlineData("--url", "localhost")]
    public void What_cannot_be_is_refused_by_name(params string[] arguments)
    {
        InferenceException exception = Assert.Throws<InferenceException>(() => Read(arguments));
        Assert.Equal(ErrorCode.InvalidOption, exception.Code);
        Assert.Equal(arguments[^2], exception.Parameter);
        Assert.Contains($"'{arguments[^1]}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--temperature", "-1")]
    [InlineData("--temperature", "warm")]
    [InlineData("--prompt", "0")]
    public void A_value_out_of_its_range_is_wrong_usage(params string[] arguments) =>
        Assert.StartsWith($"{arguments[0]} is '{arguments[1]}'; expected ", Assert.Single(Parse(arguments).Errors).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("7", new[] { 3, 2, 2 })]
    [InlineData("3", new[] { 1, 1, 1 })]
    [InlineData("50,1,2", new[] { 50, 1, 2 })]
    public void Streams_are_shared_among_the_tenants(string streams, int[] expected) =>
        Assert.Equal(expected, Read("--streams", streams, "--tenants", "3", "--api-key", "a", "--api-key", "b", "--api-key", "c").Streams);

    private static LoadSettings Read(params string[] arguments) => Read(new BenchServeOptions(), arguments, static (options, parse) => options.Read(parse));

    private static ParseResult Parse(params string[] arguments) => Read(new BenchServeOptions(), arguments, static (_, parse) => parse);

    private static T Read<T>(BenchServeOptions options, string[] arguments, Func<BenchServeOptions, ParseResult, T> read)
    {
        Command command = new("serve");
        foreach (Symbol option in options.All)
        {
            command.Options.Add((Option)option);
        }

        string[] url = arguments.Contains("--url") ? [] : ["--url", "http://localhost:8000"];
        return read(options, command.Parse([.. url, .. arguments]));
    }
}
