using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Pipeline.Proxy;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Errors;

public sealed class GrpcGateway : StandardGateway
{
    private protected override void Configure(JsonObject configuration) => configuration
        .WithCluster("absent", Cluster.FreeAddress())
        .WithRoute("absent", "Anonymous", """{ "ClusterId": "absent" }""")
        .WithRoute("slow", "Anonymous", """{ "Timeout": "00:00:00.100" }""")
        .WithRoute("read", "Anonymous", """{ "Match": { "Path": "/read/{**rest}", "Methods": ["GET"] } }""")
        .WithRoute("small", "Anonymous", """{ "MaxRequestBodySize": 10 }""")
        .With("Gateway:RateLimits:none", """{ "Kind": "Concurrency", "Permits": 1, "PartitionBy": "$route" }""")
        .WithRoute("limited", "Anonymous", """{ "RateLimiterPolicy": "none" }""")
        .WithCluster(
            "full", configuration["ReverseProxy"]!["Clusters"]!["recorder"]!["Destinations"]!["one"]!["Address"]!.GetValue<string>())
        .With("Gateway:Clusters:full:MaxInFlight", JsonValue.Create(1))
        .WithRoute("full", "Anonymous", """{ "ClusterId": "full" }""")
        .WithPolicy("writers", """{ "Scopes": { "All": ["orders:write"] } }""");
}

/// <summary>
/// What the gateway rejects is, to a gRPC client, a status of gRPC in headers without a body (gRPC over HTTP/2, trailers-only).
/// </summary>
public sealed class GrpcRejectionTests : IClassFixture<GrpcGateway>, IDisposable
{
    private readonly GrpcGateway _parts;
    private readonly HttpClient _http2;

    public GrpcRejectionTests(GrpcGateway parts)
    {
        _parts = parts;
        _parts.Reset();
        _http2 = parts.Gateway.CreateClient(HttpVersion.Version20);
    }

    public void Dispose() => _http2.Dispose();

    [Theory]
    [InlineData("/private/a", null, "16", "Unauthorized")]
    [InlineData("/private/a", "x.y.z", "16", "Unauthorized: invalid_token")]
    [InlineData("/writers/a", "good", "7", "Forbidden")]
    [InlineData("/nowhere", null, "12", "Not Found")]
    [InlineData("/read/a", null, "12", "Method Not Allowed")]
    [InlineData("/public/a;b", null, "13", "Bad Request")]
    [InlineData("/absent/a", null, "14", "Bad Gateway")]
    [InlineData("/slow/a", null, "14", "Gateway Timeout")]
    public async Task Rejection_is_a_status_of_gRPC_with_the_trace_and_no_body(string path, string? token, string code, string message)
    {
        _parts.Destination.Handler = HangAsync;

        using var response = await CallAsync(path, token == "good" ? _parts.Issuer.Token().Build() : token);

        await ShouldBeRejectedAsync(response, code, message);
        response.Raw("Content-Type").ShouldBe("application/grpc");
        response.Raw("grpc-message")!.ShouldContain("(trace ");
        response.Raw("WWW-Authenticate").ShouldBe(code switch
        {
            "16" when token is null => "Bearer",
            "16" => "Bearer error=\"invalid_token\"",
            "7" => "Bearer error=\"insufficient_scope\", scope=\"orders:write\"",
            _ => null,
        });
    }

    [Theory]
    [InlineData("/limited/a", "8")]
    [InlineData("/full/a", "14")]
    public async Task Call_beyond_a_limit_is_a_status_of_gRPC(string path, string code)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _parts.Destination.Handler = _ => release.Task;
        var first = CallAsync(path);
        await Eventually.TrueAsync(() => _parts.Destination.Received.Count == 1, "the first is under way");

        using var response = await CallAsync(path);

        await ShouldBeRejectedAsync(response, code, "");
        response.Raw("Retry-After").ShouldBe("1");
        release.SetResult();
        (await first).Dispose();
        _parts.Destination.Received.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Body_over_the_limit_is_a_status_of_gRPC()
    {
        using var response = await CallAsync("/small/a", body: new string('x', 1000));

        await ShouldBeRejectedAsync(response, "8", "");
    }

    [Theory]
    [InlineData("application/grpc-web", "application/grpc-web")]
    [InlineData("application/grpc-web+proto", "application/grpc-web")]
    [InlineData("application/grpc-web-text", "application/grpc-web-text")]
    [InlineData("application/grpc-web-text+proto; charset=utf-8", "application/grpc-web-text")]
    public async Task Rejection_of_gRPC_Web_has_its_status_in_the_headers_on_every_version_of_HTTP(string sent, string answered)
    {
        foreach (var client in new[] { _parts.Gateway.Client, _http2 })
        {
            using var response = await CallAsync("/private/a", type: sent, client: client);

            await ShouldBeRejectedAsync(response, "16", "Unauthorized");
            response.Raw("Content-Type").ShouldBe(answered);
        }
    }

    [Theory]
    [InlineData("application/grpcx", "POST", false)]
    [InlineData("application/grpc-websocket", "POST", false)]
    [InlineData("application/grpc", "PUT", false)]
    [InlineData("application/grpc", "POST", true)]
    [InlineData("application/json", "POST", false)]
    public async Task What_is_no_call_of_gRPC_gets_a_problem(string type, string method, bool isHttp11)
    {
        using var response = await CallAsync("/private/a", type: type, method: method, client: isHttp11 ? _parts.Gateway.Client : _http2);

        await response.ShouldBeProblemAsync(401);
    }

    [Fact]
    public async Task Access_log_has_the_status_that_the_answer_stands_for()
    {
        using (await CallAsync("/private/logged"))
        {
        }

        using (await CallAsync("/absent/logged"))
        {
        }

        _parts.Gateway.Logs.Lines.ShouldContain(line => line.Contains("POST on route private: 401", StringComparison.Ordinal));
        _parts.Gateway.Logs.Lines.ShouldContain(line => line.Contains("POST on route absent: 502", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_of_the_destination_is_passed_on()
    {
        _parts.Destination.Handler = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };

        using var response = await CallAsync("/public/a");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Raw("grpc-status").ShouldBeNull();
    }

    private async Task<HttpResponseMessage> CallAsync(
        string path, string? token = null, string type = "application/grpc", string method = "POST", string body = "",
        HttpClient? client = null)
    {
        using var request = TestGateway.Request(new HttpMethod(method), path, token);
        request.Content = new StringContent(body);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        client ??= _http2;
        (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
        return await client.SendAsync(request);
    }

    private static async Task HangAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private static async Task ShouldBeRejectedAsync(HttpResponseMessage response, string code, string message)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Raw("grpc-status").ShouldBe(code);
        response.Raw("grpc-message")!.ShouldStartWith(message);
        response.Raw("Cache-Control").ShouldBe("no-store");
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        response.TrailingHeaders.ShouldBeEmpty();
    }
}
