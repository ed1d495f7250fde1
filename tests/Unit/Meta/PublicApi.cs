using System.Reflection;
using System.Text;

namespace OrleansInference.Unit.Meta;

/// <summary>Writes down what an assembly lets others use: a line for each public type and member, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Describe(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append('\n');
            foreach (string member in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return [Signature(type.GetMethod("Invoke")!)];
        }

        return type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(field => $"{Static(field.IsStatic)}field {field.Name}: {Name(field.FieldType)}")
            .Concat(type.GetProperties(Declared).Where(property => property.Name != "EqualityContract" && property.GetAccessors(true).Any(Visible)).Select(Property))
            .Concat(type.GetConstructors(Declared).Where(constructor => Visible(constructor) && !Copies(type, constructor)).Select(constructor => $"new({Parameters(constructor)})"))
            .Concat(type.GetMethods(Declared).Where(method => Visible(method) && !method.IsSpecialName && !Generated(type, method)).Select(Signature));
    }

    private static string Property(PropertyInfo property)
    {
        string accessors = string.Join(" ", property.GetAccessors(true).Where(Visible).Select(accessor =>
            accessor.ReturnType != typeof(void) ? "get"
            : accessor.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init" : "set"));
        bool isStatic = property.GetAccessors(true)[0].IsStatic;
        return $"{Static(isStatic)}property {property.Name}: {Name(property.PropertyType)} {{ {accessors} }}";
    }

    private static string Signature(MethodInfo method) => $"{Static(method.IsStatic)}method {method.Name}({Parameters(method)}): {Name(method.ReturnType)}";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter => $"{Name(parameter.ParameterType)} {parameter.Name}"));

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool Copies(Type type, ConstructorInfo constructor) => constructor.GetParameters() is [{ Name: "original" } only] && only.ParameterType == type;

    // What the compiler writes for a record follows from its properties.
    private static bool Generated(Type type, MethodInfo method) =>
        type.GetMethod("PrintMembers", Declared) is not null && method.Name is "Equals" or "GetHashCode" or "ToString" or "PrintMembers" or "Deconstruct" or "<Clone>$";

    private static string Static(bool isStatic) => isStatic ? "static " : "";

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : "class";

    private static string Name(Type type)
    {
        if (type.IsArray || type.IsByRef || type.IsPointer)
        {
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : type.IsByRef ? "&" : "*");
        }

        string name = type.IsGenericParameter ? type.Name : type.FullName?.Split('[')[0] ?? $"{type.Namespace}.{type.Name}";
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
