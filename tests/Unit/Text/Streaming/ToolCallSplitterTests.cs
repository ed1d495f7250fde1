using OrleansInference.Text.Streaming;

namespace OrleansInference.Unit.Text.Streaming;

/// <summary>Calls of tools in the text of an answer.</summary>
public sealed class ToolCallSplitterTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("", "")]
    [InlineData("a\n\nb\n", "a\n\nb\n")]
    [InlineData("I look.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>", "I look.|f{\"a\": 1}")]
    [InlineData("<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>\n<tool_call>{\"name\":\"g\"}</tool_call>\n\nDone.", "f{}|g{}|Done.")]
    [InlineData("<tool_call>{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}</tool_call>", "f{\"a\":1}")]
    [InlineData("a < b <tool <tool_call", "a < b <tool <tool_call")]
    [InlineData("<tool_call>{\"name\":\"f\",", "<tool_call>{\"name\":\"f\",")]
    [InlineData("<tool_call>nothing</tool_call> after", "<tool_call>nothing</tool_call> after")]
    [InlineData("<tool_call>{\"name\":1}</tool_call>", "<tool_call>{\"name\":1}</tool_call>")]
    [InlineData("<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>", "<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>")]
    [InlineData(
        "x<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"a\":1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        "x|f{\"a\":1}|g{}")]
    [InlineData(
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>")]
    public void Calls_are_separate_from_the_text_however_it_is_cut(string text, string expected)
    {
        for (int size = 1; size <= text.Length + 1; size++)
        {
            ToolCallSplitter splitter = new();
            List<AnswerPart> parts = [];
            foreach (char[] piece in text.Chunk(size))
            {
                parts.AddRange(splitter.Append(new string(piece)));
            }

            parts.AddRange(splitter.Flush());
            Assert.Equal(expected, Show(parts));
        }
    }

    /// <summary>Texts joined, and calls between bars.</summary>
    private static string Show(List<AnswerPart> parts)
    {
        string shown = string.Empty;
        bool afterText = false;
        foreach (AnswerPart part in parts)
        {
            bool isText = part.Call is null;
            shown += (shown.Length > 0 && !(isText && afterText) ? "|" : string.Empty) + part.Text + part.Call?.Name + part.Call?.Arguments;
            afterText = isText;
        }

        return shown;
    }
}
