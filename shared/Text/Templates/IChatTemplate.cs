using System.Text.Json.Nodes;

namespace OrleansInference.Text.Templates;

/// <summary>A checkpoint's chat template. Implementations are immutable and safe for concurrent use.</summary>
public interface IChatTemplate
{
    /// <summary>
    /// Renders a conversation. <paramref name="variables"/> holds <c>messages</c>, optionally <c>tools</c> and <c>add_generation_prompt</c>,
    /// and any further variable; the template's own <c>bos_token</c> and <c>eos_token</c> are set unless given.
    /// </summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidTemplate"/>: the template raised an error, or exceeded its limits on steps, depth or output.</exception>
    string Render(JsonObject variables);
}
