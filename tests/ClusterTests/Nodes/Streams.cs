using System.Diagnostics;
using System.Globalization;
using OrleansInference.Bench.Chaos;

namespace OrleansInference.ClusterTests.Nodes;

/// <summary>Streamed completions of a test, identified by their numbers.</summary>
internal static class Streams
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    /// <param name="url">Of the node.</param>
    /// <param name="number">Which request: its prompt, sampling and seed follow from it, so that it can be asked again.</param>
    /// <param name="mark">Tokens after which the stream is well under way.</param>
    /// <param name="tokens">To generate.</param>
    public static ResumingStream Start(string url, int number, int mark = 20, int tokens = 300) => Start([url], number, mark, tokens);

    /// <summary>A stream whose client goes to the next node when its connection breaks.</summary>
    /// <param name="urls">Addresses of the nodes, in the order in which the client tries them.</param>
    /// <param name="number">Which request.</param>
    /// <param name="mark">Tokens after which the stream is well under way.</param>
    /// <param name="tokens">To generate.</param>
    /// <param name="timeout">Time without a byte after which the client changes to the next node; null for never.</param>
    /// <param name="patience">Time without progress after which the stream has failed; null for a minute.</param>
    public static ResumingStream Start(string[] urls, int number, int mark = 20, int tokens = 300, TimeSpan? timeout = null, TimeSpan? patience = null) =>
        ResumingStream.Start(urls, ChaosRequest.Body("demo", number, promptWords: 0, tokens), mark, timeout, patience);

    /// <summary>Waits until all streams are well under way.</summary>
    public static Task ReachedAsync(IEnumerable<ResumingStream> streams) => Task.WhenAll(streams.Select(static stream => stream.Reached)).WaitAsync(Timeout);

    /// <summary>What streams said in the end, each token with its log-probability to the bit.</summary>
    public static Task<string[]> SaidAsync(IEnumerable<ResumingStream> streams) => Task.WhenAll(streams.Select(SaidAsync));

    /// <summary>The longest time between two tokens.</summary>
    public static TimeSpan LongestPause(ResumingStream stream)
    {
        long[] moments = [.. stream.Tokens().Select(static token => token.Moment)];
        return moments.Zip(moments.Skip(1), Stopwatch.GetElapsedTime).Max();
    }

    private static async Task<string> SaidAsync(ResumingStream stream) => string.Join(' ', (await stream.Completed).Select(static token =>
        string.Create(CultureInfo.InvariantCulture, $"{token.Text}[{token.LogProbability:R}]")));
}
