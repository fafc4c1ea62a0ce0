using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Authentication.SenderConstraint;

/// <summary>Someone who holds a stolen bound token, and not its key, sends as many requests with it as they can.</summary>
public sealed class DpopFloodTests : IClassFixture<DpopGateway>
{
    private const int Senders = 16;
    private const int RequestsOfEach = 150;

    private readonly DpopGateway _parts;

    public DpopFloodTests(DpopGateway parts)
    {
        _parts = parts;
        _parts.Reset();
    }

    [Fact]
    public async Task Flood_of_bad_proofs_is_rejected_and_not_remembered_while_good_clients_are_served()
    {
        using var proofs = new MetricCapture(_parts.Gateway, "gateway.dpop.proofs");
        var stolen = _parts.Token(token => token.With("sub", "victim"));
        var captured = _parts.Proof(stolen).Build();
        (await StatusAsync(stolen, captured)).ShouldBe(200);
        var fresh = _parts.Token();

        var flood = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() => FloodAsync(sender, stolen, captured))));
        var served = 0;
        do
        {
            (await StatusAsync(fresh, _parts.Proof(fresh).Build())).ShouldBe(200);
            // A token that is new costs its issuer's signature too, within the same limit.
            var unknown = _parts.Token(token => token.With("jti", Guid.NewGuid().ToString()));
            (await StatusAsync(unknown, _parts.Proof(unknown).Build())).ShouldBe(200);
            served += 2;
        }
        while (!flood.IsCompleted);

        (await flood).SelectMany(statuses => statuses).ShouldAllBe(status => status == 401);
        _parts.Destination.Received.Count.ShouldBe(1 + served);
        proofs.Measurements.ShouldContain($"{1 + served} result=new", "only good proofs take memory");
    }

    private async Task<int[]> FloodAsync(int sender, string stolen, string captured)
    {
        var statuses = new List<int>();
        using var thief = SigningKey.Ec();
        for (var i = 0; i < RequestsOfEach; i++)
        {
            statuses.Add(await StatusAsync(stolen, ((sender + i) % 6) switch
            {
                // Good in every way but the signature: the one that costs most.
                0 or 1 => new ProofBuilder(thief).For(HttpMethod.Get, $"{_parts.Gateway.Address}/private/orders", stolen)
                    .WithHeader("jwk", ProofBuilder.PublicKey(_parts.Key)).Build(),
                2 => new ProofBuilder(thief).For(HttpMethod.Get, $"{_parts.Gateway.Address}/private/orders", stolen).Build(),
                3 => captured,
                4 =>
                    _parts.Proof(stolen)
                        .With("padding", new string('x', 5_000))
                        .With("htu", JsonValue.Create(new string('%', 2_000)))
                        .Build(),
                _ => new string('A', 8_100),
            }));
        }

        return [.. statuses];
    }

    private async Task<int> StatusAsync(string token, string proof)
    {
        using var response = await _parts.SendAsync(token, proof);
        return (int)response.StatusCode;
    }
}
