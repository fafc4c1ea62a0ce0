namespace Gateway.Settings;

/// <summary>
/// Marks an optional section that may be written as an empty object: configuration binds that to null, as if the section had been left out,
/// and the section's own check says what it means.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MayBeEmptyAttribute : Attribute;
