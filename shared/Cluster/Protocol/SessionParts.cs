using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// A session in the parts that a database keeps apart, so that a write costs what is new: what never changes, what is said again with every write, and the tokens in blocks, of which
/// only the last one grows.
/// </summary>
internal static class SessionParts
{
    /// <summary>Tokens of a full block.</summary>
    public const int BlockTokens = 256;

    /// <summary>Request and logs without tokens: what is written once.</summary>
    public static SessionRecord Beginning(SessionRecord record) =>
        record with { Choices = [.. record.Choices.Select(static _ => new ChoiceLog([], FinishReason.None))], From = [] };

    /// <summary>What is said again with every write.</summary>
    public static SessionState State(SessionRecord record) =>
        new([.. record.Choices.Select((choice, log) => new LogEnd(record.Start(log) + choice.Tokens.Length, choice.Finish))], record.Cancelled)
        {
            Error = record.Error,
            CachedPromptTokens = record.CachedPromptTokens,
            Abandoned = record.Abandoned,
            Pipeline = record.Pipeline,
        };

    /// <summary>The tokens of a version.</summary>
    public static IEnumerable<TokenBlock> Blocks(SessionRecord record)
    {
        for (int log = 0; log < record.Choices.Length; log++)
        {
            ChoiceLog choice = record.Choices[log];
            int start = record.Start(log);
            for (int first = 0; first < choice.Tokens.Length;)
            {
                int count = Math.Min(choice.Tokens.Length - first, BlockTokens - ((start + first) % BlockTokens));
                yield return new TokenBlock(log, start + first, choice.Skip(first).Take(count));
                first += count;
            }
        }
    }

    /// <summary>A session from its parts. What is missing between them is left out, with all that follows it: it is generated again.</summary>
    /// <param name="beginning">Written once; of an earlier version of the program with all tokens.</param>
    /// <param name="state">Null where only an earlier version has written.</param>
    /// <param name="blocks">Of each log in their order.</param>
    public static SessionRecord Whole(SessionRecord beginning, SessionState? state, IEnumerable<TokenBlock> blocks)
    {
        // While versions change, one that knows no parts may have written last.
        if (state is null || state.Ends.Length != beginning.Choices.Length || state.Ends.Sum(static end => (long)end.Count) < beginning.Count())
        {
            return beginning;
        }

        List<ChoiceLog>[] parts = [.. beginning.Choices.Select(static choice => new List<ChoiceLog> { choice })];
        int[] counts = [.. beginning.Choices.Select(static choice => choice.Tokens.Length)];
        foreach (TokenBlock block in blocks)
        {
            int known = block.Log < counts.Length ? counts[block.Log] - block.First : -1;
            if (known >= 0 && known < block.Tokens.Tokens.Length)
            {
                parts[block.Log].Add(block.Tokens.Skip(known));
                counts[block.Log] += block.Tokens.Tokens.Length - known;
            }
        }

        ChoiceLog[] choices = [.. state.Ends.Select((end, log) => ChoiceLog.Join(parts[log]).Take(end.Count) with { Finish = counts[log] < end.Count ? FinishReason.None : end.Finish })];
        return beginning with { Choices = choices, Cancelled = state.Cancelled, Error = state.Error, CachedPromptTokens = state.CachedPromptTokens, Abandoned = state.Abandoned, Pipeline = state.Pipeline };
    }
}

/// <summary>What is written of a session every time, beside tokens.</summary>
/// <param name="Ends">Of its logs.</param>
/// <param name="Cancelled">Whether the client went away.</param>
internal sealed record SessionState(LogEnd[] Ends, bool Cancelled)
{
    /// <inheritdoc cref="SessionRecord.Error"/>
    public InferenceException? Error { get; init; }

    /// <inheritdoc cref="SessionRecord.CachedPromptTokens"/>
    public int CachedPromptTokens { get; init; } = -1;

    /// <inheritdoc cref="SessionRecord.Abandoned"/>
    public bool Abandoned { get; init; }

    /// <inheritdoc cref="SessionRecord.Pipeline"/>
    public int Pipeline { get; init; } = -1;
}

/// <summary>How far a log has come, and why it ended, if it has.</summary>
internal readonly record struct LogEnd(int Count, FinishReason Finish);

/// <summary>Tokens of a log.</summary>
/// <param name="Log">Which one.</param>
/// <param name="First">The index of the first of them.</param>
/// <param name="Tokens">With what was measured of them.</param>
internal sealed record TokenBlock(int Log, int First, ChoiceLog Tokens);
