using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol;

/// <summary>What a page that moves is known to hold, for some layers. It travels with the contents.</summary>
/// <param name="Before">Contents of the page that it continues, see <see cref="PageHash"/>; the default for a sequence's first page.</param>
/// <param name="Tokens">The tokens whose keys and values are in the page's first places: 1 to <see cref="Compute.KvLayout.PageTokens"/>.</param>
/// <param name="Checksums">Of the contents, for each of the layers.</param>
internal sealed record PageProof(PageHash Before, int[] Tokens, ulong[] Checksums);

/// <summary>A full page that a stage proves to hold.</summary>
/// <param name="Page">Its number in the pool.</param>
/// <param name="Name">Its contents: the chain of names over all tokens up to its end, from no root.</param>
/// <param name="Layers">The layers in which it has these contents.</param>
internal readonly record struct ProvenPage(int Page, PageHash Name, LayerRange Layers);
