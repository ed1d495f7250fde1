namespace OrleansInference.Browser.Harness;

/// <summary>What the scripted server does with one chat request, step by step.</summary>
public sealed class Reply
{
    private readonly List<Func<ChatExchange, Task>> _steps = [];

    public Reply Reasoning(params string[] texts) => Deltas("reasoning_content", texts);

    public Reply Content(params string[] texts) => Deltas("content", texts);

    /// <summary>Holds the stream until the test releases the gate.</summary>
    public Reply Until(Task gate) => Step(exchange => gate.WaitAsync(exchange.Aborted));

    /// <summary>What a server says in a silence.</summary>
    public Reply Comment() => Step(static exchange => exchange.CommentAsync());

    public Reply Finish(string reason = "stop", int tokens = 42, int reasoningTokens = 30) => Step(async exchange =>
    {
        await exchange.SendAsync(new { choices = new[] { new { index = 0, delta = new { }, finish_reason = reason } } });
        await exchange.SendAsync(new
        {
            choices = Array.Empty<object>(),
            usage = new { prompt_tokens = 9, completion_tokens = tokens, completion_tokens_details = new { reasoning_tokens = reasoningTokens } },
        });
        await exchange.SendAsync("[DONE]");
    });

    /// <summary>Refuses the request before anything is streamed.</summary>
    public Reply Refuse(int status, string message, string code) => Step(exchange => exchange.RefuseAsync(status, message, code));

    /// <summary>Fails in the middle of the stream.</summary>
    public Reply Fail(string message) => Step(exchange => exchange.SendAsync(new { error = new { message, type = "server_error", code = "internal_error" } }));

    /// <summary>Breaks the connection.</summary>
    public Reply Break() => Step(exchange => exchange.BreakAsync());

    internal async Task PlayAsync(ChatExchange exchange)
    {
        foreach (Func<ChatExchange, Task> step in _steps)
            await step(exchange);
    }

    private Reply Deltas(string field, string[] texts)
    {
        foreach (string text in texts)
            Step(exchange => exchange.SendAsync(new { choices = new[] { new { index = 0, delta = new Dictionary<string, string> { [field] = text } } } }));
        return this;
    }

    private Reply Step(Func<ChatExchange, Task> step)
    {
        _steps.Add(step);
        return this;
    }
}
