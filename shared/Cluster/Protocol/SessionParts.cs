using OrleansInference.Engine.Requests;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Splits a session into the parts that a database stores separately, so that a write costs only the new data: a constant part, a part that every write
/// replaces, and the tokens in blocks, of which only the last one grows.
/// </summary>
public static class SessionParts
{
    /// <summary>Tokens of a full block.</summary>
    public const int BlockTokens = 256;

    /// <summary>Part that is written once: the request and the logs without tokens.</summary>
    public static SessionRecord Beginning(SessionRecord record) =>
        record with { Choices = [.. record.Choices.Select(static _ => new ChoiceLog([], FinishReason.None))], From = [] };

    /// <summary>Part that every write replaces.</summary>
    public static SessionState State(SessionRecord record) =>
        new([.. record.Choices.Select((choice, log) => new LogEnd(record.Start(log) + choice.Tokens.Length, choice.Finish))], record.Cancelled)
        {
            Error = record.Error,
            CachedPromptTokens = record.CachedPromptTokens,
            Abandoned = record.Abandoned,
            Pipeline = record.Pipeline,
            Used = record.Used,
        };

    /// <summary>Token blocks of a version.</summary>
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

    /// <summary>Assembles a session from its parts. If a block is missing, its tokens and all later ones are omitted and generated again.</summary>
    /// <param name="beginning">Part that is written once; an earlier version of the program wrote it with all tokens.</param>
    /// <param name="state">Replaced part; null if only an earlier version has written.</param>
    /// <param name="blocks">Blocks of each log in their order.</param>
    public static SessionRecord Whole(SessionRecord beginning, SessionState? state, IEnumerable<TokenBlock> blocks)
    {
        // During an upgrade, a version that does not know the parts may have written last.
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
        return beginning with { Choices = choices, Cancelled = state.Cancelled, Error = state.Error, CachedPromptTokens = state.CachedPromptTokens, Abandoned = state.Abandoned, Pipeline = state.Pipeline, Used = state.Used };
    }
}

/// <summary>Part of a session that every write replaces.</summary>
/// <param name="Ends">Ends of the session's logs.</param>
/// <param name="Cancelled">Whether the client cancelled.</param>
public sealed record SessionState(LogEnd[] Ends, bool Cancelled)
{
    /// <inheritdoc cref="SessionRecord.Error"/>
    public InferenceException? Error { get; init; }

    /// <inheritdoc cref="SessionRecord.CachedPromptTokens"/>
    public int CachedPromptTokens { get; init; } = -1;

    /// <inheritdoc cref="SessionRecord.Abandoned"/>
    public bool Abandoned { get; init; }

    /// <inheritdoc cref="SessionRecord.Pipeline"/>
    public int Pipeline { get; init; } = -1;

    /// <inheritdoc cref="SessionRecord.Used"/>
    public int[] Used { get; init; } = [];
}

/// <summary>Length of a log, and its finish reason if it has ended.</summary>
public readonly record struct LogEnd(int Count, FinishReason Finish);

/// <summary>Block of a log's tokens.</summary>
/// <param name="Log">Number of the log.</param>
/// <param name="First">Index of the block's first token.</param>
/// <param name="Tokens">Tokens with their measures.</param>
public sealed record TokenBlock(int Log, int First, ChoiceLog Tokens);
