using OrleansInference.Api.Requests;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Administration;

/// <summary>Request to create or change a tenant.</summary>
internal sealed class TenantRequest
{
    private static readonly IRequestField<TenantRequest> NameField = RequestField.Of<TenantRequest>(
        "name", "string", static (request, value) => request.Name = ReadName(value), "1 to 64 letters, digits, '-', '_' or '.'. It never changes.", required: true);

    private static readonly IRequestField<TenantRequest>[] Fields =
    [
        RequestField.Of<TenantRequest>("limits", "object", static (request, value) => request.Limits = LimitFields.Read(value), "All limits of the tenant. A limit that is not present does not bound."),
        RequestField.Boolean<TenantRequest>("disabled", static (request, value) => request.Disabled = value, "Whether the tenant's keys are refused."),
        RequestField.Boolean<TenantRequest>("audit_contents", static (request, value) => request.AuditContents = value, "Whether lines of the audit log have the contents of the tenant's requests and answers; false by default."),
        RequestField.Boolean<TenantRequest>("watermark", static (request, value) => request.Watermark = value, "Whether the tenant's answers have a statistical watermark, which changes their tokens; false by default."),
    ];

    public static FieldTable<TenantRequest> Creation { get; } = new("TenantCreation", [NameField, .. Fields]);

    public static FieldTable<TenantRequest> Update { get; } = new("TenantUpdate", Fields);

    public string Name { get; set; } = string.Empty;

    public Limits? Limits { get; set; }

    public bool? Disabled { get; set; }

    public bool? AuditContents { get; set; }

    public bool? Watermark { get; set; }

    /// <summary>Reads a tenant's name.</summary>
    public static string ReadName(FieldValue value) => value.Text() is var name && Tenant.IsName(name)
        ? name
        : throw value.Invalid($"'{value.Path}' is '{JsonText.Shorten(name)}', but must be 1 to {Tenant.MaxNameLength} letters, digits, '-', '_' or '.'.");
}
