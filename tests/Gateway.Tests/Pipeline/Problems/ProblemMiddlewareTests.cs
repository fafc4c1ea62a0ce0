using System.Text.Json;
using Gateway.Errors;
using Gateway.Pipeline.Problems;
using Gateway.Pipeline.Telemetry;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Pipeline.Problems;

public sealed class ProblemMiddlewareTests
{
    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(BadHttpRequestException))]
    public async Task Problem_document_is_never_written_over_another(Type fault)
    {
        var context = new DefaultHttpContext();
        var body = new MemoryStream();
        context.Response.Body = body;
        using var recent = new RecentRequests(TimeProvider.System);
        var middleware = new ProblemMiddleware(
            async http =>
            {
                await Problem.WriteAsync(http, StatusCodes.Status403Forbidden);
                throw (Exception)Activator.CreateInstance(fault, "late")!;
            },
            new AccessLog(TimeProvider.System, NullLoggerFactory.Instance, recent),
            recent,
            NullLogger<ProblemMiddleware>.Instance);

        await middleware.InvokeAsync(context);
        await context.Response.BodyWriter.FlushAsync();

        context.Response.StatusCode.ShouldBe(403);
        JsonDocument.Parse(body.ToArray()).RootElement.GetProperty("status").GetInt32().ShouldBe(403);
        context.Response.ContentLength.ShouldBe(body.Length);
    }
}
