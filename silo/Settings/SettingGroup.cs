namespace OrleansInference.Silo.Settings;

/// <summary>The parts of the help; in the order in which it shows them.</summary>
internal enum SettingGroup
{
    Model,
    HTTP,
    Nodes,
    Cluster,
    Database,
    Security,
    Devices,
    Serving,
    Logs,
}
