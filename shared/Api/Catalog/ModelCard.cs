namespace OrleansInference.Api.Catalog;

/// <summary>The answer of <c>GET /v1/models</c>.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelCard> Data);

/// <summary>A model as OpenAI lists it.</summary>
/// <param name="Id">The name that requests use.</param>
/// <param name="Object">Always <c>model</c>.</param>
/// <param name="Created">Unix time in seconds.</param>
/// <param name="OwnedBy">Who serves it.</param>
/// <param name="MaxModelLen">Most tokens that a prompt and its answer may have together.</param>
internal sealed record ModelCard(string Id, string Object, long Created, string OwnedBy, int MaxModelLen);
