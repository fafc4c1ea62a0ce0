namespace Gateway.Sandbox;

/// <summary>What the sandbox prints once it runs: lines to paste into bash, in an order that tells the story.</summary>
internal static class Banner
{
    // Asking for text/plain yields the bare token, so that the lines need no JSON tool.
    private const string GetToken = "curl -s -H 'Accept: text/plain'";
    private const string SignIn = GetToken + " -d grant_type=password -d client_id=sandbox-web";

    public static string Text(SandboxPorts ports) =>
        $$"""

        Gateway      {{ports.GatewayUrl}}   (management {{ports.ManagementUrl}}/readyz?verbose)
        Issuer       {{ports.IssuerUrl}}   users alice / wonderland (role ops) and bob / builder
        Destination  {{ports.DestinationUrl}}   answers with what it received
        Status page  {{ports.ManagementUrl}}/admin   routes, keys, revocations; POST {{ports.ManagementUrl}}/admin/explain says why a token is rejected

        Paste into another terminal. First a token for alice, who may read and write orders:
          TOKEN=$({{SignIn}} -d username=alice -d password=wonderland -d 'scope=orders:read orders:write' {{ports.IssuerUrl}}/token)

        A call. The answer shows the identity headers that the gateway gave the destination:
          curl -s {{ports.GatewayUrl}}/orders/1 -H "Authorization: Bearer $TOKEN"

        Without a token, and with a tampered one: 401.
          curl -si {{ports.GatewayUrl}}/orders/1; echo
          curl -si {{ports.GatewayUrl}}/orders/1 -H "Authorization: Bearer ${TOKEN%????????}AAAAAAAA"; echo

        A service whose token may only read tries to write: 403.
          SERVICE=$({{GetToken}} -u sandbox-service:sandbox-secret -d grant_type=client_credentials {{ports.IssuerUrl}}/token)
          curl -si -X POST {{ports.GatewayUrl}}/orders -H "Authorization: Bearer $SERVICE"; echo

        Alice logs out, and her token is rejected although it has not expired: 401.
          curl -si -X POST {{ports.IssuerUrl}}/logout -H "Authorization: Bearer $TOKEN"
          curl -si {{ports.GatewayUrl}}/orders/1 -H "Authorization: Bearer $TOKEN"; echo

        The issuer rotates its keys. A token signed with the new ones is accepted without a restart:
          curl -s -X POST {{ports.IssuerUrl}}/rotate
          TOKEN=$({{SignIn}} -d username=bob -d password=builder {{ports.IssuerUrl}}/token)
          curl -s {{ports.GatewayUrl}}/orders/1 -H "Authorization: Bearer $TOKEN"

        Ctrl+C stops everything.

        """;
}
