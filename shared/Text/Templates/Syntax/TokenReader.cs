using System.Runtime.CompilerServices;

namespace OrleansInference.Text.Templates.Syntax;

/// <summary>A position in the tokens of a template, with the parser's depth.</summary>
internal class TokenReader(List<Token> tokens, TemplateLimits limits)
{
    private int _position;
    private int _depth;

    protected Token Current => tokens[_position];

    protected Token Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    protected Token Take()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End)
        {
            _position++;
        }

        return token;
    }

    protected bool TakeOperator(string value)
    {
        bool found = Current.IsOperator(value);
        _position += found ? 1 : 0;
        return found;
    }

    protected bool TakeName(string value)
    {
        bool found = Current.IsName(value);
        _position += found ? 1 : 0;
        return found;
    }

    protected void ExpectOperator(string value)
    {
        if (!TakeOperator(value))
        {
            throw Unexpected($"'{value}'");
        }
    }

    protected void ExpectName(string value)
    {
        if (!TakeName(value))
        {
            throw Unexpected($"'{value}'");
        }
    }

    protected string ExpectName() => Current.Kind == TokenKind.Name ? Take().Value : throw Unexpected("a name");

    protected void Expect(TokenKind kind, string description)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(description);
        }

        Take();
    }

    protected TemplateFailure Unexpected(string expected) => new($"expected {expected}, found {Current.Describe()}.", Current.Line);

    protected void Enter()
    {
        if (++_depth > limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFailure($"nested deeper than the limit of {limits.MaxDepth}.", Current.Line);
        }
    }

    protected void Leave() => _depth--;
}
