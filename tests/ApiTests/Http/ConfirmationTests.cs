using System.Text;
using OrleansInference.ApiTests.Responses;
using OrleansInference.ApiTests.Scripted;

namespace OrleansInference.ApiTests.Http;

/// <summary>An answer is complete for its client only when what is counted of it is durable.</summary>
public sealed class ConfirmationTests
{
    [Theory]
    [InlineData(Wire.Completions, "")]
    [InlineData(Wire.Completions, "\"stream\":true")]
    [InlineData(ResponseWire.Responses, "")]
    [InlineData(ResponseWire.Responses, "\"stream\":true")]
    public async Task The_end_of_an_answer_waits_until_its_usage_is_durable(string path, string fields)
    {
        ScriptedService service = new() { Answer = static (_, _) => "abc", HoldConfirmation = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service);
        Task<string> answer = AskAsync(api, path, fields);
        await service.Asked.Task;
        await service.Generations.Single().Confirming.Task;
        Assert.False(answer.IsCompleted);
        service.HoldConfirmation.SetResult();
        Assert.Contains(fields.Length == 0 ? "abc" : path == Wire.Completions ? "[DONE]" : "response.completed", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_delays_the_end_for_a_moment_only()
    {
        ManualTime time = new();
        ScriptedService service = new() { Answer = static (_, _) => "abc", HoldConfirmation = new TaskCompletionSource() };
        await using ApiFixture api = await ApiFixture.StartAsync(service, time: time);
        Task<string> answer = AskAsync(api, Wire.Completions, "");
        await service.Asked.Task;
        await service.Generations.Single().Confirming.Task;
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.Yield();
        }

        Assert.Contains("abc", await answer, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(ApiFixture api, string path, string fields)
    {
        string body = path == Wire.Completions ? Wire.Complete(fields) : ResponseWire.Ask(fields);
        using HttpResponseMessage response = await api.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        return await response.Content.ReadAsStringAsync();
    }
}
