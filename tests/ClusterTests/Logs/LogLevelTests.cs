using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OrleansInference.Models;
using OrleansInference.Silo.Logs;

namespace OrleansInference.ClusterTests.Logs;

public sealed class LogLevelTests
{
    [Theory]
    [InlineData("OrleansInference.Grains.DirectoryGrain", LogLevel.Information)]
    [InlineData("Orleans.Runtime.Catalog", LogLevel.Error)]
    [InlineData("Orleans.Messaging", LogLevel.Critical)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)]
    [InlineData("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)]
    [InlineData("Other", LogLevel.Information)]
    public void By_default_operators_see_our_events_and_others_errors(string category, LogLevel least) => Assert.Equal(least, LeastOf(category));

    [Theory]
    [InlineData("Default", "Warning", "OrleansInference.Silo.Hosting.NodeDrain", LogLevel.Warning)]
    [InlineData("Default", "Debug", "OrleansInference.Silo.Hosting.NodeDrain", LogLevel.Debug)]
    [InlineData("Default", "Debug", "Orleans.Runtime.Catalog", LogLevel.Error)]
    [InlineData("Default", "Critical", "Orleans.Runtime.Catalog", LogLevel.Critical)]
    [InlineData("Default", "None", "Microsoft.AspNetCore.Server.Kestrel", LogLevel.None)]
    [InlineData("OrleansInference", "Debug", "OrleansInference.Silo.Hosting.NodeDrain", LogLevel.Debug)]
    [InlineData("OrleansInference.Grains", "Trace", "OrleansInference.Grains.DirectoryGrain", LogLevel.Trace)]
    [InlineData("OrleansInference.Grains", "Trace", "OrleansInference.Silo.Hosting.NodeDrain", LogLevel.Information)]
    [InlineData("Orleans", "Debug", "Orleans.Runtime.Catalog", LogLevel.Debug)]
    [InlineData("Orleans", "Debug", "Orleans.Messaging", LogLevel.Debug)]
    [InlineData("Orleans", "Debug", "OrleansInference.Silo.Hosting.NodeDrain", LogLevel.Information)]
    [InlineData("Orleans.Runtime", "Information", "Orleans.Runtime.Silo", LogLevel.Information)]
    [InlineData("Orleans.Runtime", "Information", "Orleans.Messaging", LogLevel.Critical)]
    [InlineData("microsoft", "information", "Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Information)]
    public void A_level_that_is_set_has_an_effect_on_its_category_and_those_below(string name, string level, string category, LogLevel least) =>
        Assert.Equal(least, LeastOf(category, ($"Logging:LogLevel:{name}", level)));

    [Fact]
    public void A_level_that_does_not_exist_is_refused()
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => LeastOf("Other", ("Logging:LogLevel:Orleans", "Loud")));
        Assert.Equal(
            (ErrorCode.InvalidOption, "Logging:LogLevel:Orleans is Loud; expected one of Trace, Debug, Information, Warning, Error, Critical, None."), (refused.Code, refused.Message));
    }

    private static LogLevel LeastOf(string category, params (string Key, string Value)[] settings)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value)).Build();
        using ILoggerFactory factory = LoggerFactory.Create(logging => logging.AddNodeLog(configuration, json: false));
        ILogger logger = factory.CreateLogger(category);
        return Enum.GetValues<LogLevel>().First(logger.IsEnabled, LogLevel.None);
    }
}

file static class Search
{
    public static T First<T>(this IEnumerable<T> values, Func<T, bool> wanted, T otherwise) => values.Where(wanted).Append(otherwise).First();
}
