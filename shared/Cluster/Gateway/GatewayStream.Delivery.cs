using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Gateway;

/// <summary>Delivery of the session's tokens to the client.</summary>
public sealed partial class GatewayStream
{
    private bool _begun;
    private bool _skippedTokens; // tokens were skipped because the prompt's log is not complete

    private void Take(StreamTokens tokens, TimeSpan now)
    {
        int choice = tokens.Choice;
        if (_done || _cancel || choice >= _choices.Length || _choices[choice].Ended || tokens.Index > _choices[choice].Received)
        {
            return;
        }

        if (choice != _prompt && _prompt >= 0 && !_choices[_prompt].Ended)
        {
            _skippedTokens = true;
            return;
        }

        int known = _choices[choice].Received - tokens.Index;
        if (known <= tokens.Tokens.Length)
        {
            Deliver(tokens, known);
            if (tokens.Finish != FinishReason.None)
            {
                End(choice, tokens, now);
            }
        }
    }

    private void Deliver(StreamTokens tokens, int known)
    {
        if (!_begun)
        {
            _begun = true;
            _client.CachedPromptTokens = tokens.CachedPromptTokens;
        }

        // An end by the model belongs to the last token. Other ends are delivered without a token, because the token before them is ordinary text.
        FinishReason own = tokens.Finish is FinishReason.Stop or FinishReason.Length ? tokens.Finish : FinishReason.None;
        for (int i = known; i < tokens.Tokens.Length; i++)
        {
            TokenMeasure measure = i < tokens.Measures.Length ? tokens.Measures[i] : TokenMeasure.None;
            Deliver(tokens.Choice, tokens.Tokens[i], measure, i == tokens.Tokens.Length - 1 ? own : FinishReason.None);
        }

        bool alone = tokens.Finish == FinishReason.Cancelled || (own != FinishReason.None && known == tokens.Tokens.Length);
        if (alone)
        {
            Deliver(tokens.Choice, -1, TokenMeasure.None, tokens.Finish);
        }
    }

    private void Deliver(int choice, int token, TokenMeasure measure, FinishReason finish)
    {
        int index = _choices[choice].Received;
        _choices[choice].Received += token < 0 ? 0 : 1;
        if (choice != _prompt)
        {
            Deliver(new TokenEvent(choice, index, token, finish) { LogProb = measure.LogProb, Top = measure.Top });
            return;
        }

        for (int each = 0; each < _request.Choices && token >= 0; each++)
        {
            Deliver(new TokenEvent(each, index - _request.Prompt.Length, token, FinishReason.None) { LogProb = measure.LogProb, Top = measure.Top });
        }
    }

    private void Deliver(in TokenEvent token)
    {
        if (!_choices[token.Choice].Stopping)
        {
            _client.Token(token);
        }
    }

    /// <summary>
    /// Ends a choice. An error ends every open choice: a session that is lost and restored may generate without the error, and must not continue only some of the choices.
    /// </summary>
    private void End(int choice, StreamTokens tokens, TimeSpan now)
    {
        _choices[choice].Ended = true;
        if (tokens.Error is not null)
        {
            Array.ForEach(_choices, static choice => choice.Ended = true);
            _client.Fail(tokens.Error);
        }
        else if (AllEnded)
        {
            _client.Finish();
        }

        if (AllEnded || (choice == _prompt && _skippedTokens))
        {
            SendRequests(now);
        }
    }
}
