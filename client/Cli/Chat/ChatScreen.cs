using Spectre.Console;

namespace OrleansInference.Cli.Chat;

/// <summary>Shows an answer as it streams: reasoning dimmed, then the answer.</summary>
internal sealed class ChatScreen(IAnsiConsole console)
{
    private const string Dim = "\u001b[2m";
    private const string Plain = "\u001b[0m";

    // Not through the console's own writing, which would wrap each piece as if it were a paragraph.
    private readonly TextWriter _writer = console.Profile.Out.Writer;
    private readonly bool _ansi = console.Profile.Capabilities.Ansi;
    private bool _reasoned;
    private bool _answered;

    public void Begin() => _reasoned = _answered = false;

    public void Show(ChatDelta delta)
    {
        if (delta.Reasoning.Length > 0)
        {
            _reasoned = true;
            string reasoning = Printable(delta.Reasoning);
            _writer.Write(_ansi ? Dim + reasoning + Plain : reasoning);
        }

        string content = _answered ? delta.Content : delta.Content.TrimStart('\n');
        if (content.Length > 0)
        {
            if (_reasoned && !_answered)
            {
                _writer.WriteLine();
            }

            _answered = true;
            _writer.Write(Printable(content));
        }

        _writer.Flush();
    }

    public void End() => _writer.WriteLine();

    /// <summary>A model's words must not steer the terminal: control characters other than line breaks and tabs are dropped.</summary>
    internal static string Printable(string text) =>
        text.Any(IsControl) ? string.Concat(text.Where(character => !IsControl(character))) : text;

    private static bool IsControl(char character) => char.IsControl(character) && character is not ('\n' or '\t');
}
