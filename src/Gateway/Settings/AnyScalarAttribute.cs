namespace Gateway.Settings;

/// <summary>Marks a text setting that may also be written as a JSON number or boolean.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AnyScalarAttribute : Attribute;
