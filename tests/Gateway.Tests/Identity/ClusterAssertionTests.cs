using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Identity;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Testing;
using Gateway.Tests.Policies;

namespace Gateway.Tests.Identity;

/// <summary>When an assertion is made, when it is made again, and what it says.</summary>
public sealed class ClusterAssertionTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualClock _clock = new();
    private readonly byte[] _claims = """{"sub":"alice"}"""u8.ToArray();
    private AssertionKeys? _keys;
    private SignedAssertion? _kept;

    private double Now => _clock.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public void Assertion_says_who_calls_for_whom_and_until_when()
    {
        var payload = PayloadOf(AssertionFor("orders").Of(_claims, Now + 3600, ref _kept));

        JsonNode.DeepEquals(payload, new JsonObject
        {
            ["iss"] = "https://api.example.com",
            ["aud"] = "orders",
            ["iat"] = (long)Now,
            ["exp"] = (long)Now + 60,
            ["sub"] = "alice",
        }).ShouldBeTrue(payload.ToJsonString());
    }

    [Fact]
    public void Token_without_a_mapped_claim_still_has_an_assertion()
    {
        PayloadOf(AssertionFor("orders").Of("{}"u8.ToArray(), Now + 3600, ref _kept))
            .Select(claim => claim.Key)
            .ShouldBe(["iss", "aud", "iat", "exp"]);
    }

    [Fact]
    public void Assertion_is_made_once_and_again_before_three_quarters_of_it_have_passed()
    {
        var orders = AssertionFor("orders");
        var first = orders.Of(_claims, Now + 3600, ref _kept);

        _clock.Pass(TimeSpan.FromSeconds(44));
        orders.Of(_claims, Now + 3600, ref _kept).ShouldBeSameAs(first);

        _clock.Pass(TimeSpan.FromSeconds(2));
        var second = orders.Of(_claims, Now + 3600, ref _kept);
        second.ShouldNotBe(first);
        ((double)PayloadOf(second)["iat"]!).ShouldBe(Now);
        orders.Of(_claims, Now + 3600, ref _kept).ShouldBeSameAs(second);
    }

    [Fact]
    public void Assertion_ends_soon_after_its_token_and_is_not_made_again_for_its_last_requests()
    {
        var orders = AssertionFor("orders");
        var tokenEnd = Now + 20.4;
        var first = orders.Of(_claims, tokenEnd, ref _kept);

        // A quarter of the lifetime after the token: what is sent in its last second is still good when it arrives.
        ((double)PayloadOf(first)["exp"]!).ShouldBe(Now + 36);
        for (var i = 0; i < 20; i++)
        {
            _clock.Pass(TimeSpan.FromSeconds(1));
            orders.Of(_claims, tokenEnd, ref _kept).ShouldBeSameAs(first);
        }
    }

    [Fact]
    public void Each_cluster_has_its_own_and_a_token_keeps_those_of_four()
    {
        ClusterAssertion[] clusters = [.. "abcd".Select(name => AssertionFor(name.ToString()))];
        string[] made = [.. clusters.Select(cluster => cluster.Of(_claims, Now + 3600, ref _kept))];
        made.Select(text => (string)PayloadOf(text)["aud"]!).ShouldBe(["a", "b", "c", "d"]);

        for (var i = 0; i < clusters.Length; i++)
        {
            clusters[i].Of(_claims, Now + 3600, ref _kept).ShouldBeSameAs(made[i]);
        }

        AssertionFor("e").Of(_claims, Now + 3600, ref _kept);
        var count = 0;
        for (var kept = _kept; kept is not null; kept = kept.Previous)
        {
            count++;
        }

        count.ShouldBe(4);
    }

    [Fact]
    public async Task Renewal_is_one_signature_while_other_requests_use_what_is_there()
    {
        var orders = AssertionFor("orders");
        var first = orders.Of(_claims, Now + 3600, ref _kept);
        _clock.Pass(TimeSpan.FromSeconds(50));
        var kept = _kept;
        using var start = new Barrier(4);

        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            start.SignalAndWait();
            return orders.Of(_claims, Now + 3600, ref kept);
        })));

        all.Where(text => text != first).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Key_that_has_left_its_place_signs_nothing_more_and_its_assertions_are_gone()
    {
        using var folder = new AssertionFile(SigningKey.Ec("old"));
        var keys = folder.Keys;
        var orders = new ClusterAssertion(Settings(folder.Path), "orders", keys, _clock);
        var first = orders.Of(_claims, Now + 3600, ref _kept);
        folder.Write(SigningKey.Ec("new"));

        keys.Look(out var error).ShouldNotBeNull();
        error.ShouldBeNull();
        var second = orders.Of(_claims, Now + 3600, ref _kept);

        KeyOf(first).ShouldBe("old");
        KeyOf(second).ShouldBe("new");
    }

    [Fact]
    public void Known_assertion_costs_no_allocation()
    {
        var orders = AssertionFor("orders");
        AssertionFor("other").Of(_claims, Now + 3600, ref _kept);
        orders.Of(_claims, Now + 3600, ref _kept);
        AssertionFor("third").Of(_claims, Now + 3600, ref _kept);
        orders.Of(_claims, 2e9, ref _kept);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            orders.Of(_claims, 2e9, ref _kept);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Theory]
    [InlineData("sub", """{"sub":"alice"}""", """{"x":"alice"}""")]
    [InlineData("sub", "{}", "{}")]
    [InlineData("sub", """{"sub":null}""", "{}")]
    [InlineData("level", """{"level":3}""", """{"x":3}""")]
    [InlineData("staff", """{"staff":true}""", """{"x":true}""")]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":["a","b,c"]}}""", """{"x":["a","b,c"]}""")]
    [InlineData("orgs.id", """{"orgs":[{"id":1},{"id":"b"}]}""", """{"x":[1,"b"]}""")]
    [InlineData("org", """{"org":{"id":7}}""", """{"x":{"id":7}}""")]
    [InlineData("scope", """{"scp":["a","b"]}""", """{"x":"a b"}""")]
    [InlineData("client_id", """{"azp":"shop-web"}""", """{"x":"shop-web"}""")]
    [InlineData("$subject_type", "{}", """{"x":"user"}""")]
    [InlineData("name", """{"name":"J\u00f6rg \"\u2028"}""", """{"x":"J\u00f6rg \"\u2028"}""")]
    public void Claim_keeps_its_json_type(string path, string claims, string expected)
    {
        ClaimPath.TryParse(path, out var parsed).ShouldBeTrue();
        var token = TestToken.Of(claims, scopes: path == "scope" ? ["a", "b"] : []);

        var written = AssertedClaims.Write([new AssertedClaim("x", parsed)], token);

        JsonNode.DeepEquals(JsonNode.Parse(written), JsonNode.Parse(expected)).ShouldBeTrue(Encoding.UTF8.GetString(written));
    }

    private ClusterAssertion AssertionFor(string cluster)
    {
        JwsSignerSet.TryParse(Encoding.UTF8.GetBytes(FullConfiguration.Files["assertion.jwks"]), out var set, out _).ShouldBeTrue();
        _keys ??= new AssertionKeys("", set!);
        return new ClusterAssertion(Settings(""), cluster, _keys, _clock);
    }

    private static AssertionSettings Settings(string file) =>
        new("X-Auth-Assertion", file, "https://api.example.com", null, Minute, "JWT", [], "/.well-known/jwks.json");

    private static JsonObject PayloadOf(string assertion) => JsonNode.Parse(Base64Url.DecodeFromChars(assertion.Split('.')[1]))!.AsObject();

    private static string KeyOf(string assertion) => (string)JsonNode.Parse(Base64Url.DecodeFromChars(assertion.Split('.')[0]))!["kid"]!;

    private sealed class AssertionFile : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");

        public AssertionFile(SigningKey key)
        {
            Write(key);
            JwsSignerSet.TryParse(File.ReadAllBytes(Path), out var set, out var error).ShouldBeTrue(error);
            Keys = new AssertionKeys(Path, set!);
        }

        public string Path => System.IO.Path.Combine(_folder.FullName, "assertion.jwks");

        public AssertionKeys Keys { get; }

        public void Write(SigningKey key)
        {
            using (key)
            {
                File.WriteAllText(Path, SigningKey.PrivateSet(key));
            }
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
