namespace Gateway.Management.Status;

/// <summary>
/// The small pages before the status page: the form that asks for a token, and the link for a person who comes from elsewhere.
/// </summary>
internal static class SignInView
{
    /// <param name="problem">What was wrong with the token before; null at the first time.</param>
    /// <param name="filter">The filter of the page that was asked for; null for none.</param>
    public static string Write(string? problem, string? filter)
    {
        var html = new Html();
        StatusStyle.Begin(html, refresh: null);
        html.Add($"<main class=\"narrow\"><h1>Gateway</h1>");
        if (problem is not null)
        {
            html.Add($"<p class=\"notice bad\" role=\"alert\"><b>Rejected:</b> {problem}</p>");
        }

        html.Add($"<form method=\"post\" action=\"/admin\"><label for=\"token\">Access token of an administrator</label>");
        html.Add(
            // As a password, without completion: the browser neither shows the token nor offers to keep it.
            $"<input id=\"token\" name=\"token\" type=\"password\" required autocomplete=\"off\" spellcheck=\"false\" " +
                $"aria-describedby=\"hint\">");
        html.Add(
            $"<p id=\"hint\">It must satisfy the policy that <code>Gateway:Management:Policy</code> names. It opens this one page and " +
                $"is not kept.</p>");
        // Sent along, so that the page after the form shows the rows that were asked for.
        if (!string.IsNullOrEmpty(filter))
        {
            html.Add($"<input type=\"hidden\" name=\"filter\" value=\"{filter}\">");
        }

        html.Add($"<button type=\"submit\">Show the status</button></form></main></body></html>");
        return html.ToString();
    }

    /// <summary>The response to a link of another page.</summary>
    public static string WriteLink()
    {
        var html = new Html();
        StatusStyle.Begin(html, refresh: null);
        html.Add($"<main class=\"narrow\"><h1>Gateway</h1><p>A link on another page led here.</p>");
        html.Add($"<p><a href=\"/admin\">Open the status page</a></p></main></body></html>");
        return html.ToString();
    }
}
