using System.Text.Json.Nodes;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Items;

/// <summary>Labels of a client on an object that the server keeps.</summary>
internal static class Metadata
{
    private const int MaxPairs = 16;
    private const int MaxNameLength = 64;
    private const int MaxValueLength = 512;

    public static JsonObject Read(FieldValue value)
    {
        JsonObject metadata = [];
        foreach ((string name, FieldValue member) in value.Members())
        {
            if (name.Length > MaxNameLength)
                throw value.Invalid($"'{value.Path}' has a name of {name.Length} characters, but at most {MaxNameLength} are accepted.");
            metadata[name] = member.Text(MaxValueLength);
        }

        return metadata.Count <= MaxPairs ? metadata : throw value.Invalid($"'{value.Path}' has {metadata.Count} entries, but at most {MaxPairs} are accepted.");
    }
}
