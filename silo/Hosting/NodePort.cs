namespace OrleansInference.Silo.Hosting;

/// <summary>Port on which a node listens.</summary>
/// <param name="Option">Option on the command line.</param>
/// <param name="Number">Number of the port; 0 for none, or for one that the system chooses.</param>
/// <param name="IsGiven">Whether the user has named it: otherwise the node may choose another one.</param>
/// <param name="Purpose">Peers that connect there.</param>
/// <param name="Zero">Meaning of 0.</param>
internal sealed record NodePort(string Option, int Number, bool IsGiven, string Purpose, string Zero = "a free one");
