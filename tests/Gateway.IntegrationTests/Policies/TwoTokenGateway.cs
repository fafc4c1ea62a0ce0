using System.Text.Json.Nodes;
using Gateway.IntegrationTests.ExternalAuthorization;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Policies;

/// <summary>A gateway for users of one issuer and workloads of another, whose token comes in a header of its own.</summary>
public sealed class TwoTokenGateway : IAsyncLifetime
{
    /// <summary>The header of the token source <c>workload</c>.</summary>
    internal const string Header = "X-Workload-Token";

    internal const string Job = "system:serviceaccount:shop:job";

    /// <summary>The subject headers of these routes tell whose request it was.</summary>
    internal static readonly string[] Routes = ["pay", "either", "reverse", "caller", "job", "private", "nested", "loose"];

    internal FakeIssuer Users { get; private set; } = null!;

    internal FakeIssuer Workloads { get; private set; } = null!;

    internal RecordingDestination Destination { get; private set; } = null!;

    internal TestGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Users = await FakeIssuer.StartAsync();
        Workloads = await FakeIssuer.StartAsync();
        Destination = await RecordingDestination.StartAsync();
        Gateway = await TestGateway.StartAsync(AuthorizedGateway.Open(Configuration(Users, Workloads, Destination)));
    }

    internal static JsonObject Configuration(FakeIssuer users, FakeIssuer workloads, RecordingDestination destination) =>
        TestGateway.Configuration(users, destination)
        .With("Gateway:Issuers:cluster", new JsonObject
        {
            ["Issuer"] = workloads.Issuer,
            ["Audiences"] = new JsonArray("shop-api"),
            ["Keys"] = new JsonObject { ["Discovery"] = true },
        })
        .With("Gateway:TokenSources", """
            [{ "Header": "Authorization", "Scheme": "Bearer" }, { "Name": "workload", "Header": "X-Workload-Token" }, { "Name": "session", "Cookie": "session" },
             { "Name": "socket", "WebSocketProtocol": "workload" }]
            """)
        .With("Gateway:Identity:ResponseExpiry", JsonValue.Create("X-Token-Expires-In"))
        .With("Gateway:Policies:user", """{ "Issuers": ["shop"] }""")
        .With("Gateway:Policies:admin", """{ "Issuers": ["shop"], "Scopes": { "All": ["admin"] } }""")
        .With("Gateway:Policies:any-workload", """{ "TokenSource": "Workload" }""")
        .With("Gateway:Policies:calling-workload", """{ "TokenSource": "workload", "Issuers": ["cluster"], "Identity": true }""")
        .With("Gateway:Policies:session", """{ "TokenSource": "session", "Issuers": ["shop"] }""")
        .With("Gateway:Policies:socket", """{ "TokenSource": "socket", "Issuers": ["cluster"] }""")
        .WithPolicy("job", """{ "TokenSource": "workload", "Issuers": ["cluster"] }""")
        .WithPolicy("pay", """{ "AllOf": ["user", "job"] }""")
        .WithPolicy("caller", """{ "AllOf": ["user", "calling-workload"] }""")
        .WithPolicy("either", """{ "AnyOf": ["user", "job"] }""")
        .WithPolicy("reverse", """{ "AnyOf": ["job", "user"] }""")
        .WithPolicy("nested", """{ "AnyOf": ["pay", "admin"] }""")
        .WithPolicy("loose", """{ "AllOf": ["Authenticated", "any-workload"] }""")
        .WithPolicy("browser", """{ "AnyOf": ["session", "user"] }""")
        .WithPolicy("sockets", """{ "AllOf": ["user", "socket"] }""")
        .WithPolicy("keeping", """{ "AllOf": ["user", "job"], "ForwardToken": true }""")
        .WithPolicy("keeping-one", """{ "AnyOf": ["user", "job", "session"], "ForwardToken": true }""")
        .WithPolicy("keeping-user", """{ "Issuers": ["shop"], "ForwardToken": true }""")
        .WithPolicy("trial", """{ "AllOf": ["user", "job"], "Mode": "Report" }""")
        .WithPolicy("calling-trial", """{ "AllOf": ["user", "calling-workload"], "Mode": "Report" }""")
        .With("Gateway:RateLimits:one", """{ "Kind": "FixedWindow", "Permits": 1, "Window": "01:00:00", "PartitionBy": "sub" }""")
        .WithRoute("limited", "caller", """{ "RateLimiterPolicy": "one" }""");

    internal string User(string id = "alice") => Users.Token().With("sub", id).Build();

    internal string Workload(string id = Job) => Workloads.Token().With("sub", id).Build();

    /// <summary>GET with these headers, except for those without a value.</summary>
    internal async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string? Value)[] headers)
    {
        using var request = TestGateway.Request(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            if (value is not null)
            {
                request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
            }
        }

        return await Gateway.Client.SendAsync(request);
    }

    internal Task<HttpResponseMessage> GetAsync(string path, string? user, string? workload) =>
        GetAsync(path, ("Authorization", user is null ? null : $"Bearer {user}"), (Header, workload));

    internal void Reset()
    {
        Destination.Forget();
        Destination.Handler = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Destination.DisposeAsync();
        await Users.DisposeAsync();
        await Workloads.DisposeAsync();
    }
}
