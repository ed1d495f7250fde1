namespace OrleansInference.Settings;

/// <summary>Folder in which a node keeps its data if no other is given.</summary>
public static class DataFolder
{
    /// <summary>Folder of the audit log within a data folder.</summary>
    public const string Audit = "audit";

    /// <summary><c>orleans-inference</c> in the user's folder for data.</summary>
    public static string Default =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "orleans-inference");
}
