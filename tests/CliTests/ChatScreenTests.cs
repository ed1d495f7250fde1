using OrleansInference.Cli.Chat;

namespace OrleansInference.CliTests;

public sealed class ChatScreenTests
{
    [Fact]
    public void Reasoning_is_dimmed_and_apart_from_the_answer()
    {
        Assert.Equal("\u001b[2mfirst\u001b[0m\u001b[2m, then\u001b[0m\nthe answer\n", Show(dims: true));
        Assert.Equal("first, then\nthe answer\n", Show(dims: false));
    }

    [Fact]
    public void A_model_cannot_steer_the_terminal() => Assert.Equal("a[2Jb\nc\td", ChatScreen.Printable("a\u001b[2Jb\nc\td\r\u0007"));

    private static string Show(bool dims)
    {
        StringWriter writer = new() { NewLine = "\n" };
        ChatScreen screen = new(writer, dims);
        screen.Begin();
        screen.Show(new ChatDelta("first", "", null));
        screen.Show(new ChatDelta(", then", "", null));
        screen.Show(new ChatDelta("", "\n\nthe ", null));
        screen.Show(new ChatDelta("", "answer", "stop"));
        screen.End();
        return writer.ToString();
    }
}
