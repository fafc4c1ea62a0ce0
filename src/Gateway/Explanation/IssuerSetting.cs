using Gateway.Issuers;

namespace Gateway.Explanation;

/// <summary>Names a setting of an issuer as an operator writes it.</summary>
internal static class IssuerSetting
{
    public static string PathOf(IssuerProfile issuer, string setting) => $"Gateway:Issuers:{issuer.Name}:{setting}";
}
