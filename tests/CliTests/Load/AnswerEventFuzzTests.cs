using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansInference.Bench.Load;

namespace OrleansInference.CliTests.Load;

public sealed class AnswerEventFuzzTests
{
    private const string Whole =
        """{"choices":[{"index":0,"delta":{"role":"assistant","content":"\ud83d\ude00"},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":8,"prompt_tokens_details":{"cached_tokens":3}}}""";

    [Fact]
    public void Whatever_a_server_sends_is_an_event_or_no_JSON()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        Random random = new(seed);
        string[] values = ["null", "1", "-1e400", "\"\"", "\"\\ud800\"", "[]", "{}", "[[[[]]]]", "true", "99999999999"];
        for (int round = 0; round < 5000; round++)
        {
            string text = Whole;
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(text.Length);
                text = random.Next(3) switch
                {
                    0 => text[..at] + text[Math.Min(at + random.Next(1, 9), text.Length)..],
                    1 => text[..at] + (char)random.Next(1, 256) + text[at..],
                    _ => Replace(text, at, values[random.Next(values.Length)]),
                };
            }

            try
            {
                AnswerEvent.Parse(random.Next(2) == 0 ? "message" : "error", Encoding.UTF8.GetBytes(text));
            }
            catch (JsonException)
            {
                // The reader turns it into a failed answer.
            }
            catch (Exception exception)
            {
                Assert.Fail($"ORLEANS_INFERENCE_SEED={seed}, round {round}: {text} gave {exception}");
            }
        }
    }

    /// <summary>Puts a value where the next one after a colon is.</summary>
    private static string Replace(string text, int at, string value)
    {
        int colon = text.IndexOf(':', at);
        int end = colon < 0 ? -1 : text.IndexOfAny([',', '}'], colon);
        return end < 0 ? text : text[..(colon + 1)] + value + text[end..];
    }
}
