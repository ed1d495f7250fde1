using System.Collections.Frozen;
using System.Text.Json;
using OrleansInference.Models;

namespace OrleansInference.Api.Requests;

/// <summary>All fields that an object of a request may have. A field that is not in the table is refused with an error that names it.</summary>
internal interface IFieldTable
{
    /// <summary>The schema's name in the OpenAPI document.</summary>
    string Name { get; }

    IEnumerable<(string Name, FieldSchema Schema)> Schemas { get; }
}

/// <inheritdoc cref="IFieldTable"/>
internal sealed class FieldTable<T> : IFieldTable
{
    private readonly IRequestField<T>[] _fields;
    private readonly FrozenDictionary<string, IRequestField<T>> _byName;

    public FieldTable(string name, params IEnumerable<IRequestField<T>> fields)
    {
        Name = name;
        _fields = [.. fields];
        _byName = _fields.ToFrozenDictionary(field => field.Name);
    }

    public string Name { get; }

    public IEnumerable<(string Name, FieldSchema Schema)> Schemas => _fields.Select(one => (one.Name, one.Schema));

    /// <summary>Returns the fields of some names, for another table.</summary>
    public IEnumerable<IRequestField<T>> Own(params IEnumerable<string> names) => names.Select(name => _byName[name]);

    /// <summary>Reads every member of <paramref name="value"/> into <paramref name="request"/>. A null value counts as absent.</summary>
    public void Read(FieldValue value, T request)
    {
        foreach ((string name, FieldValue member) in value.Members())
        {
            if (!_byName.TryGetValue(name, out IRequestField<T>? field))
                throw Unknown(value, name);
            if (!member.IsNull)
                field.Read(request, member);
        }

        foreach (IRequestField<T> field in _fields)
        {
            if (field.Schema.Required && (!value.Element.TryGetProperty(field.Name, out JsonElement found) || found.ValueKind is JsonValueKind.Null))
                throw new InferenceException(ErrorCode.InvalidRequest, $"'{At(value, field.Name)}' is required.", At(value, field.Name));
        }
    }

    private static InferenceException Unknown(FieldValue value, string name)
    {
        string path = At(value, JsonText.Shorten(name));
        return new InferenceException(ErrorCode.UnsupportedField, $"'{path}' is not a supported field.", path);
    }

    private static string At(FieldValue value, string name) => value.Path.Length == 0 ? name : $"{value.Path}.{name}";
}
