namespace Gateway.Management.Status;

/// <summary>The form that asks for a token.</summary>
internal static class SignInView
{
    /// <param name="problem">What was wrong with the token before; null at the first time.</param>
    public static string Write(string? problem)
    {
        var html = new Html();
        StatusStyle.Begin(html, refresh: null);
        html.Add($"<main class=\"narrow\"><h1>Gateway</h1>");
        if (problem is not null)
        {
            html.Add($"<p class=\"notice bad\" role=\"alert\"><b>Rejected:</b> {problem}</p>");
        }

        html.Add($"<form method=\"post\" action=\"/admin\"><label for=\"token\">Access token of an administrator</label>");
        html.Add($"<input id=\"token\" name=\"token\" type=\"password\" required autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"hint\">");
        html.Add($"<p id=\"hint\">It must satisfy the policy that <code>Gateway:Management:Policy</code> names. It opens this one page and is not kept.</p>");
        html.Add($"<button type=\"submit\">Show the status</button></form></main></body></html>");
        return html.ToString();
    }
}
