using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Syntax;

namespace OrleansInference.Text.Templates.Values;

/// <summary>A macro with the scope it was defined in.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope definedIn) : Value
{
    public override string TypeName => "jinja2.runtime.Macro";

    public override bool IsCallable => true;

    public override Value? Attribute(string name, RenderContext context) => name switch
    {
        "name" => new StringValue(definition.Name),
        "arguments" => TupleValue.Create([.. definition.Parameters.Select(static p => new StringValue(p))], context),
        "caller" => BooleanValue.Of(definition.Uses.HasFlag(MacroUses.Caller)),
        "catch_varargs" => BooleanValue.Of(definition.Uses.HasFlag(MacroUses.PositionalRest)),
        "catch_kwargs" => BooleanValue.Of(definition.Uses.HasFlag(MacroUses.NamedRest)),
        _ => null,
    };

    public override Value Call(RenderContext context, Arguments arguments)
    {
        context.EnterCall();
        int line = context.Line;
        var scope = new Scope(definedIn);
        Bind(context, scope, arguments);
        BoundedText outer = context.BeginCapture();
        definition.Body.Execute(context, scope);
        context.Line = line;
        context.LeaveCall();
        return context.EndCapture(outer);
    }

    public override void WriteRepresentation(BoundedText text) => text.Append($"<Macro '{definition.Name}'>");

    private void Bind(RenderContext context, Scope scope, Arguments arguments)
    {
        var named = new List<KeyValuePair<string, Value>>(arguments.Named);
        string[] parameters = definition.Parameters;
        for (int i = 0; i < parameters.Length; i++)
        {
            Value? value = i < arguments.Positional.Length ? arguments.Positional[i] : Take(named, parameters[i]);
            scope.Set(
                parameters[i],
                value ?? definition.Defaults[i]?.Evaluate(context, scope) ?? new UndefinedValue($"parameter '{parameters[i]}' was not provided", parameters[i]));
        }

        if (definition.Uses.HasFlag(MacroUses.Caller) && !parameters.Contains("caller"))
        {
            scope.Set("caller", Take(named, "caller") ?? new UndefinedValue("No caller defined", "caller"));
        }

        BindRest(context, scope, arguments, named);
    }

    private void BindRest(RenderContext context, Scope scope, Arguments arguments, List<KeyValuePair<string, Value>> named)
    {
        if (definition.Uses.HasFlag(MacroUses.NamedRest))
        {
            var rest = new DictionaryBuilder(context);
            named.ForEach(pair => rest.Set(new StringValue(pair.Key), pair.Value));
            scope.Set("kwargs", rest.Build());
        }
        else if (named.Count > 0)
        {
            throw new TemplateFailure($"macro '{definition.Name}' takes no keyword argument '{named[0].Key}'");
        }

        int count = definition.Parameters.Length;
        if (definition.Uses.HasFlag(MacroUses.PositionalRest))
        {
            scope.Set("varargs", TupleValue.Create([.. arguments.Positional.Skip(count)], context));
        }
        else if (arguments.Positional.Length > count)
        {
            throw new TemplateFailure($"macro '{definition.Name}' takes not more than {count} argument(s)");
        }
    }

    private static Value? Take(List<KeyValuePair<string, Value>> named, string name)
    {
        int at = named.FindIndex(pair => pair.Key == name);
        if (at < 0)
        {
            return null;
        }

        Value value = named[at].Value;
        named.RemoveAt(at);
        return value;
    }
}
