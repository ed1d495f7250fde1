using System.ComponentModel.DataAnnotations;
using OrleansInference.Models;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Masking;

namespace OrleansInference.Silo.Settings;

/// <summary>The node's audit log, and the masking of personal data.</summary>
public sealed record AuditOptions
{
    private const string Group = "Audit";

    [Display(GroupName = Group, Prompt = "SWITCH", Description = "Audit log with a line for each request and administrative act: on, or off.")]
    public bool Audit { get; init; } = true;

    [Display(GroupName = Group, Prompt = "FOLDER", Description = "Folder of the audit log; by default audit in the data folder.")]
    public string? AuditFolder { get; init; }

    [Display(GroupName = Group, Prompt = "FILE", Description = "File with the key that signs the heads of the audit log, at least 16 bytes; by default a key that is derived from the cluster's secret.")]
    public string? AuditKeyFile { get; init; }

    [Range(1, 36500)]
    [Display(GroupName = Group, Prompt = "DAYS", Description = "Days after which files of the audit log are deleted; by default they are kept.")]
    public int? AuditRetention { get; init; }

    [Display(GroupName = Group, Prompt = "KINDS", Description = "Kinds of personal data that are masked in the log and in the contents of the audit log, separated by commas, or all, or none. docs/audit.md lists them.")]
    public string MaskPersonalData { get; init; } = "all";

    /// <summary>The mask of <see cref="MaskPersonalData"/>.</summary>
    public PersonalDataMask Mask => PersonalDataMask.Parse(MaskPersonalData);

    /// <returns>The same options.</returns>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: names the setting, its value and the expected value.</exception>
    public AuditOptions Resolve()
    {
        if (!PersonalDataMask.TryParse(MaskPersonalData, out _, out string fault))
        {
            InferenceException.Throw(ErrorCode.InvalidOption, $"{nameof(MaskPersonalData)}: {fault}", nameof(MaskPersonalData));
        }

        if (AuditKeyFile is { } path)
        {
            try
            {
                AuditKey.Read(path);
            }
            catch (Tenancy.Audit.AuditException wrong)
            {
                throw new InferenceException(ErrorCode.InvalidOption, $"{nameof(AuditKeyFile)}: {wrong.Message}", nameof(AuditKeyFile), wrong);
            }
        }

        return this;
    }
}
