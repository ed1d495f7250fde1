using OrleansInference.Text.Templates.Values;

namespace OrleansInference.Text.Templates.Execution;

/// <summary>Variables by name. A missing name is looked up in the enclosing scope. A small number of names is searched linearly.</summary>
internal sealed class Scope(Scope? outer)
{
    private const int LinearCount = 8;
    private KeyValuePair<string, Value>[] _variables = [];
    private int _count;
    private Dictionary<string, Value>? _many;

    /// <summary>The outermost scope, which belongs to the template itself.</summary>
    public Scope Root { get; } = outer?.Root!;

    public static Scope CreateRoot() => new();

    private Scope()
        : this(null) => Root = this;

    public Value? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.FindHere(name) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    public void Set(string name, Value value)
    {
        if (_many is not null)
        {
            _many[name] = value;
            return;
        }

        int at = IndexOf(name);
        if (at >= 0)
        {
            _variables[at] = new(name, value);
        }
        else if (_count == LinearCount)
        {
            _many = new Dictionary<string, Value>(_variables.AsEnumerable(), StringComparer.Ordinal) { [name] = value };
        }
        else
        {
            if (_count == _variables.Length)
            {
                Array.Resize(ref _variables, _count == 0 ? 4 : LinearCount);
            }

            _variables[_count++] = new(name, value);
        }
    }

    private Scope? Outer { get; } = outer;

    private Value? FindHere(string name)
    {
        if (_many is not null)
        {
            return _many.GetValueOrDefault(name);
        }

        int at = IndexOf(name);
        return at < 0 ? null : _variables[at].Value;
    }

    private int IndexOf(string name)
    {
        for (int i = 0; i < _count; i++)
        {
            if (string.Equals(_variables[i].Key, name))
            {
                return i;
            }
        }

        return -1;
    }
}
