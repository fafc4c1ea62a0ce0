using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Text;

namespace Gateway.Settings;

/// <summary>
/// The shape of a part of yarp.json, derived from the types that it is bound to: the gateway's options and YARP's records. A key is
/// therefore known exactly when something reads it, and an update of YARP adds its new keys.
/// </summary>
internal abstract record SettingNode
{
    /// <summary>An object with known members.</summary>
    public sealed record Group(ImmutableSortedDictionary<string, SettingNode> Members) : SettingNode
    {
        /// <summary>True when an empty object is an error: configuration binds it to null, so the section would have no effect.</summary>
        public bool MustHaveMembers { get; init; }
    }

    /// <summary>An object whose keys the operator chooses.</summary>
    public sealed record Map(SettingNode Item) : SettingNode;

    public sealed record List(SettingNode Item) : SettingNode;

    /// <summary>One value of a type that has a text form.</summary>
    /// <param name="AnyScalar">True when text may also be written as a JSON number or boolean.</param>
    public sealed record Value(Type Type, bool AnyScalar) : SettingNode;

    /// <param name="except">Properties of the type that the file does not have.</param>
    public static SettingNode Of(Type type, bool anyScalar = false, params ReadOnlySpan<string> except)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        // Configuration writes a set of flags as a list of names.
        if (type.IsEnum && type.IsDefined(typeof(FlagsAttribute)))
        {
            return new List(new Value(type, false));
        }

        if (IsValue(type))
        {
            return new Value(type, anyScalar);
        }

        if (DictionaryItem(type) is { } mapped)
        {
            return new Map(Of(mapped, anyScalar));
        }

        if (ListItem(type) is { } listed)
        {
            return new List(Of(listed, anyScalar));
        }

        // Only of our own options it is certain that null turns something off.
        var defaults = type.Assembly == typeof(SettingNode).Assembly && type.GetConstructor([]) is not null
            ? Activator.CreateInstance(type)
            : null;
        var members = ImmutableSortedDictionary.CreateBuilder<string, SettingNode>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite && property.GetIndexParameters().Length == 0 && !except.Contains(property.Name))
            {
                var node = Of(property.PropertyType, property.IsDefined(typeof(AnyScalarAttribute)));
                members[property.Name] = node is Group group && defaults is not null && property.GetValue(defaults) is null
                    ? group with { MustHaveMembers = !property.IsDefined(typeof(MayBeEmptyAttribute)) }
                    : node;
            }
        }

        return new Group(members.ToImmutable());
    }

    /// <summary>The types that configuration binds from one text.</summary>
    private static bool IsValue(Type type) =>
        type.IsEnum
            || type.IsPrimitive
            || type == typeof(string)
            || type == typeof(TimeSpan)
            || type == typeof(Uri)
            || type == typeof(Version)
        || type == typeof(Encoding);

    private static Type? DictionaryItem(Type type) =>
        Implemented(type, typeof(IReadOnlyDictionary<,>)) is { } map ? map.GetGenericArguments()[1] : null;

    private static Type? ListItem(Type type) =>
        typeof(IEnumerable).IsAssignableFrom(type) && Implemented(type, typeof(IEnumerable<>)) is { } list
            ? list.GetGenericArguments()[0]
            : null;

    private static Type? Implemented(Type type, Type definition) =>
        type.GetInterfaces()
            .Append(type)
            .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == definition);
}
