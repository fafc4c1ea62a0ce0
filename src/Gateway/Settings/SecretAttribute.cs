namespace Gateway.Settings;

/// <summary>Marks a setting whose value may be or contain a secret and is never shown. The keys of a map are shown.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
