namespace Gateway.Management.Status;

/// <summary>
/// The frame of the page's tables. The roles keep them tables for screen readers where a narrow window shows the rows as blocks.
/// </summary>
internal static class HtmlTable
{
    public static void Begin(Html html, params ReadOnlySpan<string> columns)
    {
        html.Add($"<div class=\"card\"><table role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">");
        foreach (var column in columns)
        {
            html.Add($"<th role=\"columnheader\" scope=\"col\">{column}</th>");
        }

        html.Add($"</tr></thead><tbody role=\"rowgroup\">");
    }

    public static void End(Html html) => html.Add($"</tbody></table></div>");

    /// <summary>Begins a row with its heading. The caller adds the cells and <c>&lt;/tr&gt;</c>.</summary>
    public static void BeginRow(Html html, string name) =>
        html.Add($"<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{name}</th>");
}
