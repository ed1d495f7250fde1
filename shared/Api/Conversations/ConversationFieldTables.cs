using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Api.Items;
using OrleansInference.Api.Requests;

namespace OrleansInference.Api.Conversations;

/// <summary>Fields of a request that creates or changes a conversation.</summary>
internal sealed class ConversationFields
{
    public JsonObject Metadata { get; set; } = [];

    public IReadOnlyList<JsonObject> Items { get; set; } = [];
}

/// <summary>Tables of the fields of these requests.</summary>
internal sealed class ConversationFieldTables(ItemReader items)
{
    private const int MaxItems = 20;

    private static readonly RequestField<ConversationFields> Metadata = RequestField.Of<ConversationFields>(
        "metadata", "object", static (request, value) => request.Metadata = Items.Metadata.Read(value), "Labels of the conversation.");

    private static readonly RequestField<ConversationFields> RequiredMetadata = RequestField.Of<ConversationFields>(
        "metadata", "object", static (request, value) => request.Metadata = Items.Metadata.Read(value), "Labels that replace those of the conversation.", required: true);

    /// <summary>Fields of a new conversation.</summary>
    public FieldTable<ConversationFields> Create { get; } = new("ConversationRequest", Metadata, ItemsField(items, required: false));

    /// <summary>Fields of a change.</summary>
    public FieldTable<ConversationFields> Update { get; } = new("ConversationUpdate", RequiredMetadata);

    /// <summary>Fields of new items.</summary>
    public FieldTable<ConversationFields> Append { get; } = new("ConversationItems", ItemsField(items, required: true));

    public static ConversationFields Read(FieldTable<ConversationFields> table, JsonElement root)
    {
        ConversationFields fields = new();
        table.Read(new FieldValue(root, string.Empty), fields);
        return fields;
    }

    private static RequestField<ConversationFields> ItemsField(ItemReader reader, bool required) => RequestField.Of<ConversationFields>(
        "items", "array", (request, value) => request.Items = value.List(MaxItems, reader.Read), $"Items to add, at most {MaxItems}.", required, ItemReader.Table);
}
