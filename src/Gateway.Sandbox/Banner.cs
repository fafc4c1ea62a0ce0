using System.Text;

namespace Gateway.Sandbox;

/// <summary>What the sandbox prints once it runs: lines to paste into bash, in an order that tells the story.</summary>
internal static class Banner
{
    public const string Users = "users alice / wonderland (role ops) and bob / builder";

    // Asking for text/plain yields the bare token, so that the lines need no JSON tool.
    private const string GetToken = "curl -s -H 'Accept: text/plain'";
    private const string SignIn = GetToken + " -d grant_type=password -d client_id=sandbox-web";

    /// <summary>The story: what each step shows, and its lines.</summary>
    public static IReadOnlyList<(string What, string[] Lines)> Steps(SandboxPorts ports) =>
    [
        ("First a token for alice, who may read and write orders:",
        [
            $"TOKEN=$({SignIn} -d username=alice -d password=wonderland -d 'scope=orders:read orders:write' {ports.IssuerUrl}/token)",
        ]),
        ("A call. The response shows the identity headers that the gateway gave the destination:",
        [
            $"curl -s {ports.GatewayUrl}/orders/1 -H \"Authorization: Bearer $TOKEN\"",
        ]),
        ("Without a token, and with a tampered one: 401.",
        [
            $"curl -si {ports.GatewayUrl}/orders/1; echo",
            $$"""curl -si {{ports.GatewayUrl}}/orders/1 -H "Authorization: Bearer ${TOKEN%????????}AAAAAAAA"; echo""",
        ]),
        ("A service whose token may only read tries to write: 403.",
        [
            $"SERVICE=$({GetToken} -u sandbox-service:sandbox-secret -d grant_type=client_credentials {ports.IssuerUrl}/token)",
            $"curl -si -X POST {ports.GatewayUrl}/orders -H \"Authorization: Bearer $SERVICE\"; echo",
        ]),
        ("Alice logs out, and her token is rejected although it has not expired: 401.",
        [
            $"curl -si -X POST {ports.IssuerUrl}/logout -H \"Authorization: Bearer $TOKEN\"",
            $"curl -si {ports.GatewayUrl}/orders/1 -H \"Authorization: Bearer $TOKEN\"; echo",
        ]),
        ("The issuer rotates its keys. A token signed with the new ones is accepted without a restart:",
        [
            $"curl -s -X POST {ports.IssuerUrl}/rotate; echo",
            $"TOKEN=$({SignIn} -d username=bob -d password=builder {ports.IssuerUrl}/token)",
            $"curl -s {ports.GatewayUrl}/orders/1 -H \"Authorization: Bearer $TOKEN\"",
        ]),
    ];

    public static string Text(SandboxPorts ports)
    {
        var text = new StringBuilder(
            $"""

            Gateway      {ports.GatewayUrl}   open it in a browser: what runs and where to look
            Status page  {ports.ManagementUrl}/admin   routes, destinations, keys, revocations, and why a token is rejected
            Explain      POST {ports.ManagementUrl}/admin/explain   why a token is rejected, in a terminal
            Readiness    {ports.ManagementUrl}/readyz?verbose
            Issuer       {ports.IssuerUrl}   {Users}
            Destination  {ports.DestinationUrl}   responds with what it received

            Paste into another terminal.

            """);
        foreach (var (what, lines) in Steps(ports))
        {
            text.Append(what).Append('\n');
            foreach (var line in lines)
            {
                text.Append("  ").Append(line).Append('\n');
            }

            text.Append('\n');
        }

        return text.Append("Ctrl+C stops everything.\n\n").ToString();
    }
}
