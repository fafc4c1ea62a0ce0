using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Helm;
using Gateway.Management;
using Gateway.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.IntegrationTests.Management;

/// <summary>docs/admin.openapi.json describes the running gateway: its calls, and what they respond.</summary>
public sealed class AdminReferenceTests : IAsyncLifetime
{
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
        _gateway = await TestGateway.StartAsync(TestGateway.Configuration(_issuer, _destination));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _destination.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public void Document_has_the_calls_of_the_gateway_and_no_others()
    {
        var server = _gateway.Services.GetServices<IHostedService>().OfType<ManagementServer>().Single();
        var calls = server.Endpoints
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => $"{method} /{endpoint.RoutePattern.RawText!.Trim('/').Replace("{**", "{", StringComparison.Ordinal)}"))
            .Where(call => call.Contains(" /admin", StringComparison.Ordinal));

        AdminReference.Operations.Select(operation => operation.Name).ShouldBe(calls, ignoreOrder: true);
    }

    [Fact]
    public async Task Each_call_is_answered_as_documented()
    {
        var token = _issuer.Token().Build();
        var answers = new List<(string Schema, JsonNode? Value)>();
        // A revocation can be taken back only after it was made.
        foreach (var operation in AdminReference.Operations.OrderBy(operation => operation.Method == "DELETE"))
        {
            if (operation.Body?.DeepClone() is JsonObject body && body.ContainsKey("token"))
            {
                body["token"] = token;
                answers.Add(await CallAsync(operation, operation.Target, body, 200));
            }
            else
            {
                answers.Add(await CallAsync(operation, operation.Target, operation.Body, 200));
            }
        }

        (await AdminReference.ErrorsAsync(answers.Where(answer => answer.Value is not null))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_are_answered_as_documented()
    {
        const string Type = "application/problem+json";
        List<(string, JsonNode?)> answers =
        [
            await CallAsync(AdminReference.Of("POST /admin/revocations"), "/admin/revocations", new JsonObject(), 400),
            await CallAsync(
                AdminReference.Of("POST /admin/revocations/token"), "/admin/revocations/token", new JsonObject { ["token"] = "x" }, 400),
            await CallAsync(AdminReference.Of("POST /admin/explain"), "/admin/explain", new JsonObject(), 400),
            await CallAsync(
                AdminReference.Of("POST /admin/explain"), "/admin/explain", new JsonObject { ["token"] = new string('x', 70_000) }, 413),
            await CallAsync(AdminReference.Of("POST /admin/revocations"), "/admin/revocations", null, 415),
            await CallAsync(AdminReference.Of("GET /admin/revocations"), "/admin/revocations?kind=x", null, 400),
            await CallAsync(AdminReference.Of("DELETE /admin/revocations"), "/admin/revocations?kind=sub&value=unknown", null, 404),
            await CallAsync(AdminReference.Of("POST /admin/issuers/{name}/refresh"), "/admin/issuers/unknown/refresh", null, 404, Type),
        ];
        await _issuer.SetModeAsync(ProviderMode.InternalError);
        answers.Add(await CallAsync(AdminReference.Of("POST /admin/issuers/{name}/refresh"), "/admin/issuers/shop/refresh", null, 503));

        (await AdminReference.ErrorsAsync(answers)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Examples_match_their_schemas()
    {
        var bodies = AdminReference.Operations.Where(operation => operation.Body is not null)
            .Select(operation => (operation.BodySchema, operation.Body));
        var responses = AdminReference.Operations.Where(operation => operation.Response is not null)
            .Select(operation => (operation.SchemaOf(200), operation.Response));

        (await AdminReference.ErrorsAsync(bodies.Concat(responses))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Field_that_the_document_does_not_have_is_found()
    {
        var operation = AdminReference.Of("GET /admin/revocations");
        var response = operation.Response!.DeepClone();
        response["revocations"]![0]!["new"] = 1;

        (await AdminReference.ErrorsAsync([(operation.SchemaOf(200), response)]))
            .ShouldHaveSingleItem().ShouldContain("additional properties");
    }

    [Fact]
    public void Page_is_made_of_the_document()
    {
        var path = Path.Combine(Script.Root, "docs", "admin.md");
        var page = File.ReadAllText(path);

        GoldenFile.ShouldMatch(path, page[..(page.IndexOf("\n## ", StringComparison.Ordinal) + 1)] + AdminReference.Sections());
    }

    private async Task<(string Schema, JsonNode? Value)> CallAsync(
        AdminOperation operation, string target, JsonNode? body, int status, string type = "application/json")
    {
        using var client = new HttpClient { BaseAddress = new Uri(_gateway.ManagementAddress) };
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), target);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeNames.Application.Json);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        ((int)response.StatusCode).ShouldBe(status, $"{operation.Name}: {text}");
        (response.Headers.RetryAfter is not null).ShouldBe(status == 503, operation.Name);
        if (operation.Response is null)
        {
            response.Content.Headers.ContentType.ShouldBe(MediaTypeHeaderValue.Parse("text/html; charset=utf-8"));
            return ("", null);
        }

        response.Content.Headers.ContentType!.MediaType.ShouldBe(type, operation.Name);
        return (operation.SchemaOf(status, type), JsonNode.Parse(text));
    }
}
