using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Management;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Revocation;

/// <summary>The examples of docs/operations.md do what they promise, each in one call.</summary>
public sealed partial class WorkedExampleTests
{
    private static readonly string[] TokenIds = ["a", "b"];
    private static readonly string Page = File.ReadAllText(Path.Combine(Script.Root, "docs", "operations.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("Log this user out everywhere", "sub", "alice")]
    [InlineData("Kill this client", "client_id", "old-app")]
    [InlineData("Kill this session", "sid", "4f1c2d")]
    [InlineData("Kill everything that this issuer signed before noon", null, null)]
    public async Task One_call_to_the_gateway_or_one_command_is_enough(string promise, string? claim, string? value)
    {
        var noon = TimeProvider.System.GetUtcNow().AddMinutes(-10);
        var example = Example(promise).Replace(
            "2026-11-21T12:00:00Z", noon.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var body = Body.Match(example).Groups[1].Value;
        var arguments = Word.Matches(example.Split('\n').Single(line => line.StartsWith("gateway ", StringComparison.Ordinal)))
            .Select(match => match.Groups[1].Value + match.Groups[2].Value).Skip(1).ToArray();

        foreach (var revoke in new Func<TestGateway, Task>[]
        {
            async gateway => (await gateway.RevokeAsync(body)).Status.ShouldBe(200, body),
            async gateway => (await GatewayProcess.RunAsync(gateway, null, arguments)).ExitCode.ShouldBe(0, string.Join(' ', arguments)),
        })
        {
            await using var parts = await StandardGateway.StartAsync(
                configuration => configuration.With("Gateway:Revocation:Store", JsonValue.Create("Sqlite")));
            // Two of the kind that is meant, and one that is not.
            var meant = TokenIds.Select(id => Token(parts, claim, value, noon.AddSeconds(-1)).With("jti", id).Build()).ToArray();
            var other = Token(parts, claim, value is null ? null : value + "x", noon.AddSeconds(2)).Build();
            foreach (var token in meant)
            {
                await parts.Gateway.ShouldAnswerAsync(token, (int)HttpStatusCode.OK);
            }

            await revoke(parts.Gateway);

            foreach (var token in meant)
            {
                await parts.Gateway.UntilAsync(token, (int)HttpStatusCode.Unauthorized);
            }

            await parts.Gateway.ShouldAnswerAsync(other, (int)HttpStatusCode.OK);
        }
    }

    private static TokenBuilder Token(StandardGateway parts, string? claim, string? value, DateTimeOffset issuedAt)
    {
        var token = parts.Issuer.Token().With("iat", issuedAt.ToUnixTimeSeconds());
        return claim is null ? token : token.With(claim, value);
    }

    private static string Example(string promise)
    {
        var start = Page.IndexOf($"{promise}:\n\n```sh\n", StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, promise);
        return Page[start..Page.IndexOf("\n```\n", start, StringComparison.Ordinal)];
    }

    [GeneratedRegex("-d '([^']+)'")]
    private static partial Regex Body { get; }

    [GeneratedRegex(@"'([^']*)'|(\S+)")]
    private static partial Regex Word { get; }
}
