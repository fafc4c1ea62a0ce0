using System.Text;
using Gateway.Configuration;
using Gateway.Issuers;
using Gateway.Revocation;
using Gateway.RouteFeatures.Draining;

namespace Gateway.Management;

/// <summary>One thing that must be so before requests should come.</summary>
internal readonly record struct ReadinessCheck(string Name, bool IsReady);

/// <summary>
/// <c>/livez</c>, <c>/startupz</c>, <c>/readyz</c>; with <c>?verbose</c> each check on a line. Ready when every required issuer has keys,
/// the revocation list has been read once and a request can be routed, until the replica is told to end. A store that fails later does not
/// make a replica unready: all would be at once, and the policies decide better.
/// </summary>
internal sealed class Readiness(
    LiveIssuers issuers, RevocationList revocations, Drain drain, RouterProbe router, IHostApplicationLifetime lifetime)
{
    // HEAD is what HAProxy's httpchk and some uptime services send. The server sends no body to it.
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    private ReadinessCheck Started => new("started", lifetime.ApplicationStarted.IsCancellationRequested);

    // Read again for each probe: a reload may bring an issuer, and keys may arrive between two probes.
    private IEnumerable<ReadinessCheck> Ready => issuers.Current.Issuers.Select(issuer => issuer.Keys).Where(keys => keys.IsRequired)
        .Select(keys => new ReadinessCheck($"keys:{keys.Issuer}", !keys.Current.IsEmpty))
        .Prepend(Started)
        .Append(new ReadinessCheck("revocations", revocations.IsLoaded))
        .Append(new ReadinessCheck("serving", !drain.IsUnderWay));

    public void Map(IEndpointRouteBuilder app)
    {
        // Depends on nothing outside the process: a restart repairs neither an issuer nor a store.
        app.MapMethods("/livez", Methods, context => AnswerAsync(context, [new ReadinessCheck("process", true)]));
        app.MapMethods("/startupz", Methods, context => AnswerAsync(context, [Started]));
        app.MapMethods(
            "/readyz", Methods,
            async context => await AnswerAsync(context, [.. Ready, new ReadinessCheck("routing", await router.IsGoodAsync())]));
    }

    /// <summary>200 when all checks pass, else 503. Names of issuers are shown with <c>?verbose</c> only.</summary>
    private static Task AnswerAsync(HttpContext context, ReadinessCheck[] checks)
    {
        var isReady = checks.All(check => check.IsReady);
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        context.Response.Headers.CacheControl = "no-store";
        if (!context.Request.Query.ContainsKey("verbose"))
        {
            return context.Response.WriteAsync(isReady ? "ok\n" : "not ready\n");
        }

        var text = new StringBuilder();
        foreach (var check in checks)
        {
            text.Append(check.IsReady ? "[+] " : "[-] ").Append(check.Name).Append('\n');
        }

        return context.Response.WriteAsync(text.ToString());
    }
}
