using System.Globalization;
using OrleansInference.Models;

namespace OrleansInference.Api.Generation;

/// <summary>
/// Progress of a client in a stream, from the <c>id</c> of its last event: <c>ANSWER.SESSION:COUNT,COUNT;SESSION:COUNT,COUNT</c>, with a session for each
/// prompt and a count of events for each of its choices, then <c>!</c> if the client has received the usage.
/// </summary>
/// <param name="Answer">Identifier of the answer.</param>
/// <param name="Sessions">Session that generates, for each prompt.</param>
/// <param name="Events">Number of events that the client has received, for each choice of all prompts.</param>
/// <param name="Usage">Whether the client has received the usage.</param>
internal sealed record ResumePoint(AnswerId Answer, IReadOnlyList<string> Sessions, IReadOnlyList<int> Events, bool Usage)
{
    public const string Header = "Last-Event-ID";

    private const int MaxLength = 8192;
    private const int MaxSessionLength = 64;
    private const char UsageMark = '!';

    /// <summary>Reads the header; returns null if it is missing.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the header is not an id of this server's streams.</exception>
    public static ResumePoint? Read(HttpContext context)
    {
        string id = context.Request.Headers[Header].ToString();
        return id.Length == 0 ? null : Parse(id) ?? throw Malformed(id);
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the header is the id of an answer to another request.</exception>
    public void Check(IReadOnlyList<PreparedPrompt> prompts)
    {
        int choices = prompts.Sum(static prompt => prompt.Request.Choices);
        if (Sessions.Count != prompts.Count || Events.Count != choices)
        {
            throw new InferenceException(
                ErrorCode.InvalidRequest,
                $"The header '{Header}' belongs to a stream with {Sessions.Count} prompts and {Events.Count} choices; this request has {prompts.Count} and {choices}. Send the same request again.",
                Header);
        }
    }

    private static ResumePoint? Parse(string id)
    {
        int dot = id.IndexOf('.', StringComparison.Ordinal);
        if (id.Length > MaxLength || dot < 0 || !Guid.TryParseExact(id.AsSpan(0, dot), "N", out Guid answer) || answer.Version != 7)
            return null;
        bool usage = id[^1] == UsageMark;
        List<string> sessions = [];
        List<int> events = [];
        foreach (string prompt in id[(dot + 1)..(usage ? ^1 : ^0)].Split(';'))
        {
            int colon = prompt.IndexOf(':', StringComparison.Ordinal);
            if (colon is < 1 or > MaxSessionLength || !IsName(prompt.AsSpan(0, colon)))
                return null;
            sessions.Add(prompt[..colon]);
            foreach (string count in prompt[(colon + 1)..].Split(','))
            {
                if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                    return null;
                events.Add(number);
            }
        }

        return new ResumePoint(new AnswerId(answer), sessions, events, usage);
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (char letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_'))
                return false;
        }

        return true;
    }

    private static InferenceException Malformed(string id) => new(
        ErrorCode.InvalidRequest,
        $"The header '{Header}' is '{(id.Length > MaxSessionLength ? id[..MaxSessionLength] + "…" : id)}'; expected the id of the last event of an interrupted stream.",
        Header);
}
