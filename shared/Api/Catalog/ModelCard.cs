namespace OrleansInference.Api.Catalog;

/// <summary>Answer of <c>GET /v1/models</c>.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelCard> Data);

/// <summary>Model in the format of OpenAI's list.</summary>
/// <param name="Id">Name that requests use.</param>
/// <param name="Object">Always <c>model</c>.</param>
/// <param name="Created">Unix time in seconds.</param>
/// <param name="OwnedBy">Operator of the model.</param>
/// <param name="MaxModelLen">Maximum tokens of a prompt and its answer together.</param>
internal sealed record ModelCard(string Id, string Object, long Created, string OwnedBy, int MaxModelLen);
