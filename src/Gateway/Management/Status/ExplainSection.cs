using Gateway.Explanation;
using Gateway.Jose;

namespace Gateway.Management.Status;

/// <summary>The form that asks why a token is rejected, and the response to it.</summary>
internal static class ExplainSection
{
    /// <param name="needsToken">True when /admin requires a token, which the page has not kept.</param>
    public static void Write(Html html, ExplainResult? result, IEnumerable<string> routes, bool needsToken)
    {
        html.Add($"<section aria-labelledby=\"explain\"><h2 id=\"explain\">Why is a token rejected?</h2>");
        if (result is not null)
        {
            WriteResult(html, result);
        }

        html.Add($"<form class=\"card form\" method=\"post\" action=\"/admin\"><label for=\"explained\">Token to explain</label>");
        html.Add(
            $"<input id=\"explained\" name=\"explain\" type=\"password\" required autocomplete=\"off\" spellcheck=\"false\" " +
                $"aria-describedby=\"kept\">");
        html.Add(
            $"<label for=\"route\">Route</label><select id=\"route\" name=\"route\"><option value=\"\">any route with a token</option>");
        foreach (var route in routes)
        {
            html.Add($"<option>{route}</option>");
        }

        html.Add($"</select>");
        if (needsToken)
        {
            html.Add($"<label for=\"own\">Your own access token, as before</label>");
            html.Add($"<input id=\"own\" name=\"token\" type=\"password\" required autocomplete=\"off\" spellcheck=\"false\">");
        }

        html.Add(
            $"<p id=\"kept\">Tokens travel in the body of this one request and are not kept.</p><button " +
                $"type=\"submit\">Explain</button></form></section>");
    }

    /// <summary>
    /// The explanation, or what was wrong with the question. The token itself is not repeated, only what the checks found in it.
    /// </summary>
    private static void WriteResult(Html html, ExplainResult result)
    {
        if (result.Explanation is not { } explanation)
        {
            html.Add($"<p class=\"notice bad\" role=\"alert\"><b>Not explained:</b> {result.Fault}</p>");
            return;
        }

        var look = explanation.Verdict switch
        {
            Verdict.Accepted or Verdict.Anonymous => "good",
            Verdict.Rejected => "bad",
            _ => "warn",
        };
        html.Add($"<p class=\"notice {look}\" role=\"status\">");
        html.Add(
            $"<b>{(explanation.Route is { } route ? $"Route {route}" : "Any route")}, policy {explanation.Policy}:</b> " +
                $"{explanation.Summary}</p>");
        HtmlTable.Begin(html, "Check", "Outcome", "Expected", "Found", "Change");
        foreach (var check in explanation.Checks)
        {
            HtmlTable.BeginRow(html, check.Title);
            var (badge, outcome) = check.Outcome switch
            {
                CheckOutcome.Passed => ("good", "passed"),
                CheckOutcome.Failed => ("bad", "failed"),
                _ => ("warn", "not checked"),
            };
            html.Add($"<td role=\"cell\" data-label=\"Outcome\"><span class=\"badge {badge}\">{outcome}</span>");
            html.Add(
                $"{(check.Reason is { } reason ? $" {Rejections.Of(reason).Tag}" : "")}</td><td role=\"cell\" " +
                    $"data-label=\"Expected\">{check.Expected}</td>");
            html.Add(
                $"<td role=\"cell\" data-label=\"Found\">{check.Found}</td><td role=\"cell\" " +
                    $"data-label=\"Change\">{check.Cure ?? "-"}</td></tr>");
        }

        HtmlTable.End(html);
    }
}
