using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.Issuers;

namespace Gateway.Management.Status;

/// <summary>The issuers, their keys, and how old those are.</summary>
internal static class IssuerSection
{
    // A template may have ten thousand issuers, and a provider may publish any number of keys.
    private const int MostIssuers = 200;
    private const int MostKeys = 20;

    public static void Write(Html html, IssuerDirectory issuers, StatusFilter filter, DateTimeOffset now)
    {
        html.Add($"<section aria-labelledby=\"issuers\"><h2 id=\"issuers\">Issuers</h2>");
        var live = issuers.Live.Where(issuer => filter.Passes(issuer.Keys.Issuer, SecretSettings.Show(issuer.Issuer)))
            // One more than is shown, to learn whether there are more without a count of all.
            .Take(MostIssuers + 1)
            .ToArray();
        if (issuers.IsEmpty)
        {
            html.Add($"<p>None: every route is public.</p>");
        }
        else
        {
            HtmlTable.Begin(html, "Name", "Accepts", "Keys", "Last fetch", "Next refresh", "State");
            foreach (var template in issuers.Templates.Where(template => filter.Passes(template.Name, template.Pattern)))
            {
                HtmlTable.BeginRow(html, template.Name);
                html.Add($"<td role=\"cell\" data-label=\"Accepts\"><code>{template.Pattern}</code></td>");
                html.Add(
                    $"<td role=\"cell\" data-label=\"State\" colspan=\"4\">An issuer template: {template.Members.Count} of its issuers " +
                        $"are in use.</td></tr>");
            }

            foreach (var issuer in live.Take(MostIssuers))
            {
                WriteRow(html, issuer, now);
            }

            HtmlTable.End(html);
        }

        if (live.Length > MostIssuers)
        {
            html.Add($"<p>And more: <code>GET /admin/issuers</code> lists them all.</p>");
        }

        html.Add($"</section>");
    }

    /// <summary>For whom tokens of the issuer may be meant.</summary>
    private static IEnumerable<string> Recipients(IssuerProfile issuer) =>
    [
        .. issuer.Audiences,
        .. issuer.ClientIds.Select(client => $"client {client} without aud"),
        .. issuer.AcceptWithoutAudience ? ["any client without aud"] : Array.Empty<string>(),
    ];

    private static void WriteRow(Html html, IssuerProfile issuer, DateTimeOffset now)
    {
        var (ring, state) = (issuer.Keys.Current, issuer.Keys.State);
        HtmlTable.BeginRow(html, issuer.Keys.Issuer);
        html.Add($"<td role=\"cell\" data-label=\"Accepts\"><ul><li><code>{SecretSettings.Show(issuer.Issuer)}</code></li>");
        html.Add(
            $"<li>for {string.Join(", ", Recipients(issuer))}</li><li>{string.Join(", ", issuer.Algorithms)}; " +
                $"{string.Join(", ", issuer.TokenTypes)}</li>");
        html.Add(
            $"<li class=\"soft\">clock skew {Shown.Duration(issuer.ClockSkew.TotalSeconds)}, lifetime up to " +
                $"{Shown.Duration(issuer.MaxLifetime.TotalSeconds)}");
        html.Add($"{(issuer.RequireTokenId ? ", jti required" : "")}</li></ul></td>");
        html.Add($"<td role=\"cell\" data-label=\"Keys\"><ul>");
        foreach (var key in ring.Keys.Take(MostKeys))
        {
            html.Add(
                $"<li><code>{key.KeyId ?? "(no id)"}</code> <span " +
                    $"class=\"soft\">{string.Join(", ", key.Algorithms.Intersect(issuer.Algorithms))}</span></li>");
        }

        if (ring.Keys.Length is 0 or > MostKeys)
        {
            html.Add($"<li>{(ring.IsEmpty ? "none" : $"and {ring.Keys.Length - MostKeys} more")}</li>");
        }

        foreach (var skipped in ring.Skipped.Take(MostKeys))
        {
            html.Add($"<li>Not used: {skipped.Key} {skipped.Why}</li>");
        }

        html.Add($"</ul></td><td role=\"cell\" data-label=\"Last fetch\">");
        if (state.LoadedAt is { } loadedAt)
        {
            html.Add(
                $"{Shown.Duration((now - loadedAt).TotalSeconds)} ago<br><time class=\"soft\" datetime=\"{loadedAt}\">{loadedAt}</time>");
        }
        else
        {
            html.Add($"never");
        }

        html.Add($"<br><span class=\"soft\">from {SecretSettings.Show(issuer.Keys.Source.Name)}</span></td>");
        html.Add(
            $"<td role=\"cell\" data-label=\"Next " +
                $"refresh\">{(state.NextRefresh is { } next ? $"in {Shown.Duration((next - now).TotalSeconds)}" : "not planned")}</td>");
        html.Add($"<td role=\"cell\" data-label=\"State\">");
        // Without keys, tokens of the issuer get 503. With keys that cannot be refreshed they are still accepted, until MaxStale has
        // passed.
        if (ring.IsEmpty)
        {
            html.Add($"<span class=\"badge bad\">No keys</span>");
        }
        else if (state.Error is not null)
        {
            html.Add($"<span class=\"badge warn\">Not refreshed</span>");
        }
        else
        {
            html.Add($"<span class=\"badge good\">Current</span>");
        }

        if (state.Error is { } error)
        {
            html.Add($"<br>{SecretSettings.ShowMessage(error)}");
        }

        html.Add($"</td></tr>");
    }
}
