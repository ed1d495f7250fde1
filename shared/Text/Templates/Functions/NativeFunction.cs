using OrleansInference.Text.Templates.Execution;
using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Functions;

/// <summary>
/// Built-in function, filter, test or method. <c>parameters</c> names the parameters in order, with '?' after an optional one; the body receives a value for
/// each, null for an omitted one. The object of a filter, test or method comes first.
/// </summary>
internal sealed class NativeFunction
{
    private readonly string[] _names;
    private readonly int _required;
    private readonly bool _takesSelf;
    private readonly Func<RenderContext, Value[], Value>? _body;
    private readonly Func<RenderContext, Value?, Arguments, Value>? _variadic;

    public NativeFunction(string name, string parameters, Func<RenderContext, Value[], Value> body, bool takesSelf = false)
    {
        Name = name;
        string[] specified = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _required = specified.Count(static parameter => !parameter.EndsWith('?'));
        _names = [.. specified.Select(static parameter => parameter.TrimEnd('?'))];
        _body = body;
        _takesSelf = takesSelf;
    }

    private NativeFunction(string name, Func<RenderContext, Value?, Arguments, Value> body)
    {
        Name = name;
        _names = [];
        _variadic = body;
    }

    public string Name { get; }

    /// <summary>A function that accepts any arguments and validates them itself.</summary>
    public static NativeFunction WithRest(string name, Func<RenderContext, Value?, Arguments, Value> body) => new(name, body);

    public Value Invoke(RenderContext context, Value? self, Arguments arguments)
        => _variadic is not null ? _variadic(context, self, arguments) : _body!(context, Bind(self, arguments));

    private Value[] Bind(Value? self, Arguments arguments)
    {
        int offset = _takesSelf ? 1 : 0;
        var values = new Value[_names.Length + offset];
        if (_takesSelf)
        {
            values[0] = self!;
        }

        Value[] positional = arguments.Positional;
        if (positional.Length > _names.Length)
        {
            throw new TemplateFailure($"{Name}() takes at most {_names.Length} arguments ({positional.Length} given)");
        }

        positional.CopyTo(values, offset);
        foreach ((string name, Value value) in arguments.Named)
        {
            int at = Array.IndexOf(_names, name);
            if (at < 0)
            {
                throw new TemplateFailure($"{Name}() got an unexpected keyword argument '{name}'");
            }

            if (values[at + offset] is not null)
            {
                throw new TemplateFailure($"{Name}() got multiple values for argument '{name}'");
            }

            values[at + offset] = value;
        }

        for (int i = 0; i < _required; i++)
        {
            if (values[i + offset] is null)
            {
                throw new TemplateFailure($"{Name}() is missing the argument '{_names[i]}'");
            }
        }

        return values;
    }
}
