using Gateway.Tokens;

namespace Gateway.Management;

/// <summary>Who called <c>/admin</c>, as it is kept with what they changed.</summary>
internal sealed record AdminCaller(string Name)
{
    private const int MaxLength = 200;

    public static readonly AdminCaller Developer = new("development");

    /// <summary>Subject, client and issuer: a subject alone could be another issuer's.</summary>
    public static AdminCaller Of(AccessToken token) => new(string.Join(
        ' ',
        new[] { Describe("sub", token.Subject), Describe("client", token.ClientId), Describe("issuer", token.Issuer.Keys.Issuer) }.Where(part => part is not null)));

    private static string? Describe(string name, string? value) =>
        value is null ? null : $"{name}={(value.Length <= MaxLength ? value : value[..MaxLength])}";
}
