using Gateway.Management.Status;

namespace Gateway.Sandbox;

/// <summary>What a browser shows at the gateway's address: what runs, where to look, and the lines to paste.</summary>
internal static class HomePage
{
    private const string Docs = "docs/README.md";

    public static void Map(IEndpointRouteBuilder app, SandboxPorts ports) => app.MapGet("/", (HttpContext context) =>
    {
        new PageEntry().Protect(context.Response.Headers);
        return BrowserEntry.Page(Write(ports));
    }).AllowAnonymous();

    private static string Write(SandboxPorts ports)
    {
        var html = new Html();
        StatusStyle.Begin(html, refresh: null);
        html.Add(
            $"<main><h1>The sandbox runs</h1><p>The gateway itself serves this page. The routes of <code>yarp.json</code>, except the " +
                $"public one, ask for a token.</p>");
        html.Add($"<section aria-labelledby=\"runs\"><h2 id=\"runs\">What runs</h2><div class=\"card\"><dl>");
        html.Add(
            $"<dt>Gateway</dt><dd><code>{ports.GatewayUrl}</code>; without a token, <a href=\"/orders/1\">/orders/1</a> is rejected " +
                $"with 401</dd>");
        html.Add(
            $"<dt>Status page</dt><dd><a href=\"{ports.ManagementUrl}/admin\">{ports.ManagementUrl}/admin</a>: routes, destinations, " +
                $"keys, revocations, ");
        html.Add($"recent rejections, and why a token is rejected</dd>");
        html.Add($"<dt>Readiness</dt><dd><a href=\"{ports.ManagementUrl}/readyz?verbose\">{ports.ManagementUrl}/readyz?verbose</a></dd>");
        html.Add(
            $"<dt>Issuer</dt><dd><a href=\"{ports.IssuerUrl}/.well-known/openid-configuration\">{ports.IssuerUrl}</a>: " +
                $"{Banner.Users}</dd>");
        html.Add(
            $"<dt>Destination</dt><dd><a href=\"{ports.DestinationUrl}/\">{ports.DestinationUrl}</a>: responds with what it received</dd>");
        html.Add(
            $"<dt>Documentation</dt><dd><code>{Docs}</code> in the repository; <code>docs/quick-start.md</code> goes on from here to an " +
                $"API of your own</dd></dl></div></section>");
        html.Add($"<section aria-labelledby=\"try\"><h2 id=\"try\">Try it in a terminal</h2>");
        foreach (var (what, lines) in Banner.Steps(ports))
        {
            html.Add($"<h3>{what}</h3><div class=\"card form\">");
            foreach (var line in lines)
            {
                html.Add($"<p><code>{line}</code></p>");
            }

            html.Add($"</div>");
        }

        html.Add($"</section></main></body></html>");
        return html.ToString();
    }
}
