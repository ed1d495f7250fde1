namespace OrleansInference.Cli.Chat;

/// <summary>Shows an answer as it streams: reasoning dimmed, then the answer.</summary>
/// <param name="writer">Output of the answer. A console that wraps lines is not suitable: it treats each piece as a paragraph.</param>
/// <param name="dims">Whether the terminal supports dimmed text.</param>
internal sealed class ChatScreen(TextWriter writer, bool dims)
{
    private const string Dim = "\u001b[2m";
    private const string Plain = "\u001b[0m";

    private bool _reasoned;
    private bool _answered;

    public void Begin() => _reasoned = _answered = false;

    public void Show(ChatDelta delta)
    {
        if (delta.Reasoning.Length > 0)
        {
            _reasoned = true;
            string reasoning = Printable(delta.Reasoning);
            writer.Write(dims ? Dim + reasoning + Plain : reasoning);
        }

        string content = _answered ? delta.Content : delta.Content.TrimStart('\n');
        if (content.Length > 0)
        {
            if (_reasoned && !_answered)
            {
                writer.WriteLine();
            }

            _answered = true;
            writer.Write(Printable(content));
        }

        writer.Flush();
    }

    public void End() => writer.WriteLine();

    /// <summary>Removes control characters other than line breaks and tabs, so that a model's text cannot control the terminal.</summary>
    internal static string Printable(string text) =>
        text.Any(IsControl) ? string.Concat(text.Where(character => !IsControl(character))) : text;

    private static bool IsControl(char character) => char.IsControl(character) && character is not ('\n' or '\t');
}
