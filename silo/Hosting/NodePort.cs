namespace OrleansInference.Silo.Hosting;

/// <summary>A port on which a node listens.</summary>
/// <param name="Option">The setting on the command line.</param>
/// <param name="Number">The port; 0 for none, or where the system chooses it.</param>
/// <param name="IsGiven">Whether the user has named it: otherwise another one does as well.</param>
/// <param name="Purpose">Who connects there.</param>
/// <param name="Zero">What 0 stands for.</param>
internal sealed record NodePort(string Option, int Number, bool IsGiven, string Purpose, string Zero = "a free one");
