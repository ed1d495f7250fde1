using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Architectures;

/// <summary>Every <see cref="IArchitecture"/> of this assembly, by name. A class that implements it is found by itself.</summary>
public static class ArchitectureRegistry
{
    private static readonly SortedDictionary<string, IArchitecture> ByName = Find();

    /// <summary>The supported names, sorted.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Resolves a config.json.</summary>
    /// <exception cref="InferenceException">The architecture is not supported, or the configuration is wrong.</exception>
    public static ModelSpec Describe(JsonElement config) => Require(config).Describe(config);

    internal static void RequireSupported(JsonElement config) => Require(config);

    private static IArchitecture Require(JsonElement config)
    {
        IReadOnlyList<string> names = new FieldReader(config, "config.json").Texts("architectures") ?? [];
        foreach (string name in names)
        {
            if (ByName.TryGetValue(name, out IArchitecture? architecture))
                return architecture;
        }

        string found = names.Count == 0 ? "is missing or empty" : $"is {string.Join(", ", names.Take(4).Select(BadCheckpoint.Quote))}, which is not supported";
        throw BadCheckpoint.Error("config.json", $"architectures {found}; supported are {string.Join(", ", ByName.Keys)}");
    }

    private static SortedDictionary<string, IArchitecture> Find()
    {
        IEnumerable<IArchitecture> found = typeof(IArchitecture).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(IArchitecture)))
            .Select(type => (IArchitecture)Activator.CreateInstance(type, nonPublic: true)!);
        return new SortedDictionary<string, IArchitecture>(found.ToDictionary(architecture => architecture.Name), StringComparer.Ordinal);
    }
}

/// <summary>Turns a config.json of one architecture into a <see cref="ModelSpec"/>. A new architecture is one implementation of this, in one file.</summary>
public interface IArchitecture
{
    /// <summary>The name in config.json's <c>architectures</c>, such as <c>Qwen2ForCausalLM</c>.</summary>
    string Name { get; }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidCheckpoint"/>: a field is missing, of the wrong type, out of range, or requires an unsupported feature.</exception>
    ModelSpec Describe(JsonElement config);
}
