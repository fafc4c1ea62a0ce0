using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.Runtime;
using Gateway.Settings;

namespace Gateway.Management.Status;

/// <summary>The configuration in effect, and the errors of a later change.</summary>
internal static class ConfigurationSection
{
    public static void Write(Html html, string file, ConfigurationState state, GatewaySnapshot snapshot, DateTimeOffset now)
    {
        html.Add($"<section aria-labelledby=\"configuration\"><h2 id=\"configuration\">Configuration</h2><div class=\"card\"><dl>");
        html.Add($"<dt>State</dt><dd>");
        if (state.LastFailure is { IsPending: true })
        {
            html.Add($"<span class=\"badge bad\">The file is rejected</span> The last valid configuration stays in effect.");
        }
        else
        {
            html.Add($"<span class=\"badge good\">In effect</span>");
        }

        html.Add($"</dd><dt>File</dt><dd><code>{file}</code></dd><dt>SHA-256</dt><dd><code>{state.Hash}</code></dd>");
        html.Add(
            $"<dt>Loaded</dt><dd>{Shown.Duration((now - state.Since).TotalSeconds)} ago, <time " +
                $"datetime=\"{state.Since}\">{state.Since}</time>, revision {snapshot.Revision}</dd>");
        if (state.LastFailure is { } failure)
        {
            html.Add(
                $"<dt>Last rejected</dt><dd><time " +
                    $"datetime=\"{failure.At}\">{failure.At}</time>{(failure.IsPending ? "" : ", mended since")}");
            WriteFindings(html, failure.Errors);
            html.Add($"</dd>");
        }

        if (state.AwaitingRestart.Count > 0)
        {
            html.Add($"<dt>After a restart</dt><dd>{string.Join(", ", state.AwaitingRestart)}</dd>");
        }

        html.Add($"<dt>Warnings</dt><dd>{(snapshot.Reading.Warnings.Count == 0 ? "none" : "")}");
        WriteFindings(html, snapshot.Reading.Warnings);
        html.Add($"</dd><dt>All settings</dt><dd><code>GET /admin/config</code></dd></dl></div></section>");
    }

    /// <summary>Errors or warnings, with credentials in addresses hidden; nothing for an empty list.</summary>
    private static void WriteFindings(Html html, IReadOnlyList<ConfigurationError> findings)
    {
        if (findings.Count == 0)
        {
            return;
        }

        html.Add($"<ul>");
        foreach (var finding in findings)
        {
            html.Add($"<li><b>{finding.Location}</b> <code>{finding.Path}</code> {SecretSettings.ShowMessage(finding.Problem)} ");
            html.Add($"<span class=\"soft\">{SecretSettings.ShowMessage(finding.Cure)} ({finding.Rule})</span></li>");
        }

        html.Add($"</ul>");
    }
}
