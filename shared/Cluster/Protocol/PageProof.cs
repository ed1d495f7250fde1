using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Proof of a moving page's contents, for some layers. It travels with the contents.</summary>
/// <param name="Before">Hash of the page that it continues, see <see cref="PageHash"/>; the default for a sequence's first page.</param>
/// <param name="Tokens">Tokens whose keys and values are in the first slots of the page: 1 to <see cref="Compute.KvLayout.PageTokens"/>.</param>
/// <param name="Checksums">Checksum of the contents of each layer.</param>
public sealed record PageProof(PageHash Before, int[] Tokens, ulong[] Checksums);

/// <summary>Full page whose contents a stage has proved.</summary>
/// <param name="Page">Number of the page in the pool.</param>
/// <param name="Hash">Hash of the contents: the hash chain over all tokens up to the page's end, without a root.</param>
/// <param name="Layers">Layers in which the page has these contents.</param>
public readonly record struct ProvenPage(int Page, PageHash Hash, LayerRange Layers);
