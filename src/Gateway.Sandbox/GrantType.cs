namespace Gateway.Sandbox;

/// <summary>The values of <c>grant_type</c> that the development issuer answers (RFC 6749 4.3, 4.4 and 6).</summary>
internal static class GrantType
{
    public const string ClientCredentials = "client_credentials";
    public const string Password = "password";
    public const string RefreshToken = "refresh_token";

    public static readonly IReadOnlyList<string> All = [ClientCredentials, Password, RefreshToken];
}
