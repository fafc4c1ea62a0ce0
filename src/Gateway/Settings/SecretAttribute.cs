namespace Gateway.Settings;

/// <summary>Marks a setting whose value may be a secret, or hold one: it is never shown. Of a map the keys are.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
