namespace OrleansInference.Api.Items;

/// <summary>Identifiers of objects that the server keeps: a prefix for the kind, and a UUID of version 7, whose random part cannot be guessed.</summary>
internal static class ItemId
{
    public const string Conversation = "conv";
    public const string Message = "msg";
    public const string Reasoning = "rs";
    public const string Call = "fc";
    public const string CallOutput = "fco";

    public static string New(string prefix, TimeProvider time) => $"{prefix}_{Guid.CreateVersion7(time.GetUtcNow()):N}";
}
