using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Interop;

/// <summary>
/// The tokens that small Python services issue for themselves: HS256, <c>sub</c> and <c>exp</c>, no <c>iss</c>, no <c>aud</c>.
/// </summary>
public sealed class SeedTokenTests : IAsyncLifetime
{
    private const string Secret = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";

    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;
    private JsonNode _tokens = null!;

    public async ValueTask InitializeAsync()
    {
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(
            TestGateway.Configuration(_destination)
                .With("Gateway:Issuers:app", """
                    { "Issuer": "app", "AcceptWithoutIssuer": true, "AcceptWithoutAudience": true, "Keys": { "SecretFile": "app.secret" }, "Algorithms": ["HS256"] }
                    """)
                .With("Gateway:Policies:users", """{ "Claims": [ { "Path": "sub", "Exists": true } ] }""")
                .With("ReverseProxy:Routes:users", TestGateway.Route("users", "/users/{**rest}").ToJsonString()),
            files: new Dictionary<string, string> { ["app.secret"] = Secret });
        var made = await Script.RunAsync(
            "/usr/bin/python3", [Path.Combine(Script.Interop, "seed_tokens.py")], new JsonObject { ["secret"] = Secret }.ToJsonString());
        made.ExitCode.ShouldBe(0, made.Errors);
        _tokens = JsonNode.Parse(made.Output)!;
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
    }

    [Theory]
    [InlineData("python-jose")]
    [InlineData("pyjwt")]
    public async Task Tokens_of_python_services_pass_unchanged_and_others_do_not(string library)
    {
        var answers = new Dictionary<string, int>();
        foreach (var (name, token) in _tokens[library]!.AsObject())
        {
            using var answer = await _gateway.GetAsync("/private/orders", token!.GetValue<string>());
            answers[name] = (int)answer.StatusCode;
        }

        answers.ShouldBe(new Dictionary<string, int>
        {
            ["access"] = 200,
            ["named"] = 200,
            ["expired"] = 401,
            ["refresh_type"] = 401,
            ["refresh_token_type"] = 401,
            ["without_sub"] = 200,
            ["without_exp"] = 401,
            ["other_key"] = 401,
            ["other_issuer"] = 401,
            ["other_audience"] = 401,
        });
        using var withoutSubject = await _gateway.GetAsync("/users/me", _tokens[library]!["without_sub"]!.GetValue<string>());
        using var withSubject = await _gateway.GetAsync("/users/me", _tokens[library]!["access"]!.GetValue<string>());
        ((int)withoutSubject.StatusCode, (int)withSubject.StatusCode).ShouldBe((403, 200));
    }
}
