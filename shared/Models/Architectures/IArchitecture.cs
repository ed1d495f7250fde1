using System.Text.Json;

namespace OrleansInference.Models.Architectures;

/// <summary>Turns a config.json of one architecture into a <see cref="ModelSpec"/>. A new architecture is one implementation of this, in one file.</summary>
public interface IArchitecture
{
    /// <summary>The name in config.json's <c>architectures</c>, such as <c>Qwen2ForCausalLM</c>.</summary>
    string Name { get; }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidCheckpoint"/>: a field is missing, of the wrong type, out of range, or requires an unsupported feature.</exception>
    ModelSpec Describe(JsonElement config);
}
