using System.Text.Json.Nodes;
using OrleansInference.Text.Templates;

namespace OrleansInference.Text;

/// <summary>Two templates of one checkpoint, one of them for conversations with tools.</summary>
internal sealed class ToolAwareTemplate(IChatTemplate plain, IChatTemplate withTools) : IChatTemplate
{
    public string Render(JsonObject variables) => (variables["tools"] is null ? plain : withTools).Render(variables);
}
