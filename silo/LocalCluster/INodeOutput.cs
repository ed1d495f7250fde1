namespace OrleansInference.Silo.LocalCluster;

/// <summary>Receiver of the standard output and standard error of a node's process. Thread-safe.</summary>
public interface INodeOutput
{
    void Write(string line);

    /// <summary>Returns the last lines, for a message.</summary>
    string End();
}
