using System.Text;

namespace OrleansInference.Cli.Chat;

/// <summary>Conversation with one model, including its history.</summary>
public sealed class Conversation(ChatApi api, string model, string? system, ChatSettings settings)
{
    private readonly List<ChatMessage> _messages = [];

    public IReadOnlyList<ChatMessage> Messages => _messages;

    public void Reset() => _messages.Clear();

    /// <summary>Sends a question and passes on each part of the answer. The history keeps the received part of a cancelled answer, and nothing of a failed one.</summary>
    public async Task<ChatMessage> AskAsync(string question, Action<ChatDelta> show, CancellationToken cancellationToken)
    {
        if (_messages.Count == 0 && system is not null)
        {
            _messages.Add(new ChatMessage("system", system));
        }

        int before = _messages.Count;
        _messages.Add(new ChatMessage("user", question));
        StringBuilder reasoning = new();
        StringBuilder content = new();
        bool complete = false;
        try
        {
            await foreach (ChatDelta delta in api.AskAsync(model, _messages, settings, cancellationToken))
            {
                reasoning.Append(delta.Reasoning);
                content.Append(delta.Content);
                show(delta);
            }

            complete = true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            complete = true;
        }
        finally
        {
            if (!complete)
            {
                _messages.RemoveRange(before, 1);
            }
        }

        ChatMessage answer = new("assistant", content.ToString(), reasoning.ToString());
        _messages.Add(answer);
        return answer;
    }
}
