namespace OrleansInference.Silo.LocalCluster;

/// <summary>Takes what a node's process writes to its standard output and its standard error; for any thread.</summary>
public interface INodeOutput
{
    void Write(string line);

    /// <summary>The last lines, for a message.</summary>
    string End();
}
