using OrleansInference.Api.Requests;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Administration;

/// <summary>Request to create, change or rotate a key.</summary>
internal sealed class KeyRequest
{
    private const int MaxLabelLength = 256;
    private const int MaxSeconds = 10 * 366 * 86_400; // ten years

    private static readonly IRequestField<KeyRequest>[] ChangeableFields =
    [
        RequestField.Of<KeyRequest>("label", "string", static (request, value) => request.Label = value.Text(MaxLabelLength), "What the key is for."),
        RequestField.Of<KeyRequest>("limits", "object", static (request, value) => request.Limits = LimitFields.ReadOfKey(value), "All limits of the key, in addition to those of its tenant. A limit that is not present does not bound."),
    ];

    public static FieldTable<KeyRequest> Creation { get; } = new("KeyCreation",
    [
        RequestField.Of<KeyRequest>("tenant", "string", static (request, value) => request.Tenant = TenantRequest.ReadName(value), "Tenant of the key; that of the caller by default."),
        RequestField.Of<KeyRequest>("role", "string", static (request, value) => request.Role = ReadRole(value), $"Role: {string.Join(", ", Roles.Names)}; user by default."),
        RequestField.Of<KeyRequest>("scopes", "array", static (request, value) => request.Scopes = ReadScopes(value), $"Rights that the key has of those of its role: {string.Join(", ", Roles.Scopes)}; all by default."),
        RequestField.Integer<KeyRequest>("expires_in", 1, MaxSeconds, static (request, value) => request.ExpiresIn = TimeSpan.FromSeconds(value), "Seconds until the key expires; never by default."),
        .. ChangeableFields,
    ]);

    public static FieldTable<KeyRequest> Update { get; } = new("KeyUpdate", ChangeableFields);

    public static FieldTable<KeyRequest> Rotation { get; } = new("KeyRotation",
    [
        RequestField.Integer<KeyRequest>("overlap", 0, MaxSeconds, static (request, value) => request.Overlap = TimeSpan.FromSeconds(value), "Seconds for which the key itself is still accepted; a day by default."),
    ]);

    public string? Tenant { get; set; }

    public Role Role { get; set; } = Role.User;

    public Rights? Scopes { get; set; }

    public TimeSpan? ExpiresIn { get; set; }

    public TimeSpan Overlap { get; set; } = TimeSpan.FromDays(1);

    public string? Label { get; set; }

    public Limits? Limits { get; set; }

    private static Role ReadRole(FieldValue value) => value.Text() is var name && Roles.Find(name) is { } role
        ? role
        : throw value.Invalid($"'{value.Path}' is '{JsonText.Shorten(name)}', but must be one of {string.Join(", ", Roles.Names)}.");

    private static Rights ReadScopes(FieldValue value) => value.List(Roles.Scopes.Count, static item => item.Text() is var name && Roles.FindRight(name) is { } right
        ? right
        : throw item.Invalid($"'{item.Path}' is '{JsonText.Shorten(name)}', but must be one of {string.Join(", ", Roles.Scopes)}.")).Aggregate(Rights.None, static (all, right) => all | right);
}
