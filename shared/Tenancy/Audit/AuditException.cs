namespace OrleansInference.Tenancy.Audit;

/// <summary>The audit log cannot be opened, or a line cannot be written. The message names the file and the reason.</summary>
public sealed class AuditException(string message, Exception? inner = null) : Exception(message, inner);
