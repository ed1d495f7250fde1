using System.Text.Json.Nodes;
using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Syntax;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates;

/// <summary>
/// A chat template in the Jinja language, with the settings that published checkpoints expect: blocks trimmed, an immutable sandbox,
/// loop controls, <c>tojson</c> without HTML escaping, <c>raise_exception</c> and <c>strftime_now</c>.
/// </summary>
public sealed class ChatTemplate : IChatTemplate
{
    private readonly Statement _body;
    private readonly StringValue? _bosToken;
    private readonly StringValue? _eosToken;
    private readonly TimeProvider _clock;
    private readonly TemplateLimits _limits;

    private ChatTemplate(Statement body, string? bosToken, string? eosToken, TimeProvider clock, TemplateLimits limits)
    {
        _body = body;
        _bosToken = bosToken is null ? null : new StringValue(bosToken);
        _eosToken = eosToken is null ? null : new StringValue(eosToken);
        _clock = clock;
        _limits = limits;
    }

    /// <summary>Parses a template.</summary>
    /// <param name="source">Text of the template, from <c>chat_template</c> of tokenizer_config.json or from chat_template.jinja.</param>
    /// <param name="bosToken">Value of <c>bos_token</c>; null leaves it undefined.</param>
    /// <param name="eosToken">Value of <c>eos_token</c>; null leaves it undefined.</param>
    /// <param name="clock">Clock from which <c>strftime_now</c> reads the local time.</param>
    /// <param name="limits">Limits of parsing and rendering.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTemplate"/>: the source is not a template of the supported language.</exception>
    public static ChatTemplate Parse(string source, string? bosToken, string? eosToken, TimeProvider? clock = null, TemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= TemplateLimits.Default;
        if (source.Length > limits.MaxSourceLength)
        {
            InferenceException.Throw(ErrorCode.InvalidTemplate, $"Chat template: {source.Length} characters, more than the limit of {limits.MaxSourceLength}.", "chat_template");
        }

        try
        {
            List<Token> tokens = new Lexer(source).Tokenize();
            return new ChatTemplate(new StatementParser(tokens, limits).ParseTemplate(), bosToken, eosToken, clock ?? TimeProvider.System, limits);
        }
        catch (TemplateFailure failure)
        {
            throw failure.ToInferenceException(1);
        }
    }

    /// <inheritdoc/>
    public string Render(JsonObject variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var context = new RenderContext(_limits, _clock);
        try
        {
            Scope scope = VariableReader.Read(variables, context);
            Define(scope, "bos_token", _bosToken);
            Define(scope, "eos_token", _eosToken);
            _body.Execute(context, scope);
            return context.Output.ToString();
        }
        catch (TemplateFailure failure)
        {
            throw failure.ToInferenceException(context.Line);
        }
    }

    private static void Define(Scope scope, string name, StringValue? value)
    {
        if (value is not null && scope.Find(name) is null)
        {
            scope.Set(name, value);
        }
    }
}
