using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Runtime.Serialization;

namespace OrleansInference.Settings;

/// <summary>
/// A setting: a property of an options type that has a <see cref="DisplayAttribute"/>, which names its group, its value (<see cref="DisplayAttribute.Prompt"/>) and, where it differs from the property's name, its key.
/// The property's type and <see cref="RangeAttribute"/> say which values it takes.
/// </summary>
public sealed class Setting
{
    private readonly PropertyInfo _property;
    private readonly IValueKind _kind;

    private Setting(PropertyInfo property, DisplayAttribute display, object standard)
    {
        _property = property;
        Key = display.Name ?? property.Name;
        Group = display.GroupName ?? "";
        ValueName = display.Prompt ?? "";
        Description = display.Description ?? "";
        _kind = KindOf(property, ValueName);
        Option = new Option<string[]>(SettingName.Switch(Key)) { Description = Description, HelpName = ValueName, Arity = ArgumentArity.OneOrMore };
        object? value = property.GetValue(standard);
        string shown = value is null ? "" : _kind.Write(value);
        Default = shown.Length == 0 || Description.Contains("by default", StringComparison.Ordinal) ? null : shown;
        if (_kind is ValueKind<bool>)
        {
            Option.CompletionSources.Add("on", "off");
        }
        else if (Nullable.GetUnderlyingType(property.PropertyType) is var inner && (inner ?? property.PropertyType).IsEnum)
        {
            Option.CompletionSources.Add([.. Words(inner ?? property.PropertyType).Keys]);
        }
    }

    /// <summary>The key in appsettings.json, such as <c>KvMemory</c>.</summary>
    public string Key { get; }

    /// <summary>The part of the help in which it is listed.</summary>
    public string Group { get; }

    /// <summary>What its value is called.</summary>
    public string ValueName { get; }

    public string Description { get; }

    /// <summary>The default as a user would write it; null where the description says it, or there is none.</summary>
    public string? Default { get; }

    /// <summary>The option on the command line, such as <c>--kv-memory</c>. Where it is repeated, the last one counts.</summary>
    public Option<string[]> Option { get; }

    /// <summary>The variable in the environment, such as <c>ORLEANS_INFERENCE_KV_MEMORY</c>.</summary>
    public string Variable => SettingName.Variable(Key);

    internal bool IsOf(Type type) => _property.ReflectedType == type;

    /// <summary>Whether it has a value for each of several names.</summary>
    internal bool IsMap => _kind is ValueKind<IReadOnlyDictionary<string, double>>;

    internal string Expected => _kind.Expected;

    internal bool TryRead(string text, out object? value) => _kind.TryRead(text, out value);

    internal void Set(object options, object? value) => _property.SetValue(options, value);

    /// <summary>The settings of an options type, in the order of its properties.</summary>
    internal static IEnumerable<Setting> Of(Type type)
    {
        object standard = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties())
        {
            if (property.GetCustomAttribute<DisplayAttribute>() is { } display)
            {
                yield return new Setting(property, display, standard);
            }
        }
    }

    private static IValueKind KindOf(PropertyInfo property, string valueName)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        RangeAttribute? range = property.GetCustomAttribute<RangeAttribute>();
        double least = Convert.ToDouble(range?.Minimum ?? 0, CultureInfo.InvariantCulture), most = Convert.ToDouble(range?.Maximum ?? int.MaxValue, CultureInfo.InvariantCulture);
        return type switch
        {
            _ when type == typeof(string) => Values.Text,
            _ when type == typeof(bool) => Values.Switch,
            _ when type == typeof(int) => Values.Integer((int)least, (int)most),
            _ when type == typeof(long) => Values.Size,
            _ when type == typeof(double) => Values.Number(least, most),
            _ when type == typeof(TimeSpan) => Values.Duration(valueName == "MS" ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1), least, most),
            _ when type == typeof(IPAddress) => Values.Address,
            _ when type == typeof(IReadOnlyList<string>) => Values.List(Values.Text),
            _ when type == typeof(IReadOnlyList<int>) => Values.List(Values.Integer((int)least, (int)most)),
            _ when type == typeof(IReadOnlyList<IPNetwork>) => Values.List(Values.Network),
            _ when type == typeof(IReadOnlyDictionary<string, double>) => Values.Map(Values.Number(least, most)),
            { IsEnum: true } => Values.Choice(Words(type)),
            _ => throw new NotSupportedException($"{property.DeclaringType}.{property.Name} has the type {type}, which no setting has."),
        };
    }

    /// <summary>The words for the values of an enumeration: those of <see cref="EnumMemberAttribute"/>, otherwise <c>on-failure</c> for OnFailure.</summary>
    private static Dictionary<string, object> Words(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(static field => field.GetCustomAttribute<EnumMemberAttribute>()?.Value ?? SettingName.Switch(field.Name)[2..], static field => field.GetValue(null)!);
}
