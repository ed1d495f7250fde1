using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansInference.Api;
using OrleansInference.Api.Chat;
using OrleansInference.Api.Completions;
using OrleansInference.Api.Conversations;
using OrleansInference.Api.Items;
using OrleansInference.Api.Requests;
using OrleansInference.Api.Responses;
using OrleansInference.Api.Tokens;
using OrleansInference.Models;
using Xunit.Abstractions;

namespace OrleansInference.ApiTests.Requests;

/// <summary>Whatever the bytes, a request is read or refused by an <see cref="InferenceException"/>.</summary>
public sealed class RequestFuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 4000;

    private static readonly ApiOptions Limits = new();

    private static readonly string[] Pieces =
    [
        "null", "true", "-1", "0", "1.5", "1e999", "99999999999", "\"\"", "\"\\ud83d\"", "\"\\u0000\"", "\"text\"", "[]", "{}", "[[]]", "{\"\":{}}", "[1,\"a\",null]",
        "[{\"role\":\"user\",\"content\":\"x\"}]", "[{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}]",
        "[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_text\",\"text\":\"x\"}]}]", "[{\"type\":\"reasoning\",\"summary\":[{}]},7]", "[{\"role\":null,\"content\":[]}]",
        "{\"type\":\"text\"}", "{\"include_usage\":true}", "{\"\\udc00\":1}", "{\"5\":1}",
    ];

    [Fact]
    public void AnyRequestIsReadOrRefused()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANS_INFERENCE_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Random.Shared.Next();
        output.WriteLine($"ORLEANS_INFERENCE_SEED={seed}");
        Random random = new(seed);
        ResponseFieldTable responses = new(new ItemReader(TimeProvider.System));
        ConversationFieldTables conversations = new(new ItemReader(TimeProvider.System));
        string[] names = [.. new IFieldTable[] { ChatFieldTable.Table, CompletionFieldTable.Table, TokenizeRequest.Table, DetokenizeRequest.Table, responses.Table, conversations.Create, ItemReader.Table }.SelectMany(table => table.Schemas).Select(field => field.Name).Distinct()];
        int read = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] body = Body(random, names);
            read += Try(body, root => ChatFieldTable.Read(root, Limits)) ? 1 : 0;
            read += Try(body, root => CompletionFieldTable.Read(root, Limits)) ? 1 : 0;
            read += Try(body, root => TokenizeRequest.Read(root, Limits)) ? 1 : 0;
            read += Try(body, DetokenizeRequest.Read) ? 1 : 0;
            read += Try(body, root => responses.Read(root, Limits)) ? 1 : 0;
            read += Try(body, root => ConversationFieldTables.Read(conversations.Create, root)) ? 1 : 0;
        }

        Assert.True(read > 0, "no request was valid: the fuzz reaches nothing");
    }

    private static bool Try(byte[] body, Func<JsonElement, object> read)
    {
        try
        {
            using RequestBody parsed = RequestBody.Parse(new ReadOnlySequence<byte>(body), Limits.MaxJsonDepth);
            read(parsed.Root);
            return true;
        }
        catch (InferenceException exception)
        {
            Assert.True(exception.Message.Length < 600, exception.Message);
            return false;
        }
    }

    private static byte[] Body(Random random, string[] names)
    {
        Dictionary<string, string> fields = new() { ["model"] = "\"m\"" };
        fields[random.Next(2) == 0 ? "messages" : "prompt"] = random.Next(2) == 0 ? Pieces[^6] : "\"text\"";
        for (int i = random.Next(4); i > 0; i--)
        {
            fields[names[random.Next(names.Length)]] = Pieces[random.Next(Pieces.Length)];
        }

        byte[] body = Encoding.UTF8.GetBytes($"{{{string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}"))}}}");
        for (int i = random.Next(-3, 4); i > 0; i--)
        {
            body[random.Next(body.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : "{}[]\",:\\u"[random.Next(9)]);
        }

        return random.Next(8) == 0 ? body[..random.Next(body.Length)] : body;
    }
}
