using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>Every single change of a good proof is rejected, and none is a fault.</summary>
public sealed class ProofMutationTests(DpopGateway parts) : IClassFixture<DpopGateway>
{
    private static readonly string[] Values = ["null", "true", "0", "\"\"", "\"x\"", "[]", "{}"];

    [Fact]
    public async Task Every_character_counts()
    {
        var token = parts.Token();
        var good = parts.Proof(token).Build();
        for (var i = 0; i < good.Length; i++)
        {
            await ShouldBeRejectedAsync(token, $"{good[..i]}{(good[i] == 'A' ? 'B' : 'A')}{good[(i + 1)..]}", $"changed at {i}");
            if (i % 7 == 0)
            {
                await ShouldBeRejectedAsync(token, good.Remove(i, 1), $"without {i}");
                await ShouldBeRejectedAsync(token, good[..i], $"cut at {i}");
            }
        }

        foreach (var more in new[] { "A", ".", ".A", "=", "==" })
        {
            await ShouldBeRejectedAsync(token, good + more, more);
        }

        await ShouldPassAsync(token, good);
    }

    [Fact]
    public async Task Every_member_counts_though_the_signature_is_good()
    {
        var token = parts.Token();
        foreach (var name in new[] { "typ", "alg", "jwk" })
        {
            var without = parts.Proof(token);
            without.Header.Remove(name);
            await ShouldBeRejectedAsync(token, without.Build(), name);
            foreach (var value in Values)
            {
                await ShouldBeRejectedAsync(token, parts.Proof(token).WithHeader(name, JsonNode.Parse(value)).Build(), $"{name} {value}");
            }
        }

        foreach (var name in new[] { "kty", "crv", "x", "y" })
        {
            foreach (var value in Values)
            {
                var changed = parts.Proof(token);
                changed.Header["jwk"]![name] = JsonNode.Parse(value);
                await ShouldBeRejectedAsync(token, changed.Build(), $"{name} {value}");
            }
        }

        foreach (var name in new[] { "jti", "htm", "htu", "iat", "ath" })
        {
            await ShouldBeRejectedAsync(token, parts.Proof(token).Without(name).Build(), name);
            foreach (var value in Values.Where(value => name != "jti" || value != "\"x\""))
            {
                await ShouldBeRejectedAsync(token, parts.Proof(token).With(name, JsonNode.Parse(value)).Build(), $"{name} {value}");
            }
        }

        parts.Destination.Received.ShouldBeEmpty();
        await ShouldPassAsync(token, parts.Proof(token).With("extra", "x").WithHeader("kid", "x").Build());
    }

    private async Task ShouldBeRejectedAsync(string token, string proof, string what)
    {
        using var response = await parts.SendAsync(token, proof);
        ((int)response.StatusCode).ShouldBe(401, what);
    }

    private async Task ShouldPassAsync(string token, string proof)
    {
        using var response = await parts.SendAsync(token, proof);
        ((int)response.StatusCode).ShouldBe(200);
        parts.Destination.Received.Count.ShouldBe(1);
        parts.Reset();
    }
}
