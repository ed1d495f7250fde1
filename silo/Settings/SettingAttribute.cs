namespace OrleansInference.Silo.Settings;

/// <summary>Describes a setting for the help and for docs/CONFIGURATION.md.</summary>
/// <param name="group">Where it is listed.</param>
/// <param name="value">What its value is called.</param>
/// <param name="description">What it sets; the default too, where that is not a constant.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(SettingGroup group, string value, string description) : Attribute
{
    public SettingGroup Group => group;

    public string Value => value;

    public string Description => description;
}
