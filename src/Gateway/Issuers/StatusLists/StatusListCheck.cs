using Gateway.Settings;

namespace Gateway.Issuers.StatusLists;

/// <summary>Checks <c>Gateway:Issuers:{name}:StatusList</c>.</summary>
internal static class StatusListCheck
{
    private static readonly TimeSpan ShortestMaxStale = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestMaxStale = TimeSpan.FromDays(1);

    /// <param name="path">Of the section.</param>
    public static StatusListSettings? Build(string path, IssuerOptions issuer, KeySourceSettings keys, SettingsContext context)
    {
        if (issuer.StatusList is not { } options)
        {
            return null;
        }

        var report = context.Report;
        if (issuer.Template is not null)
        {
            report.Error(path, "the status lists of issuer templates are not read.", "Write an entry of its own for the issuer.");
        }

        report.Range($"{path}:MaxStale", options.MaxStale, ShortestMaxStale, LongestMaxStale);

        var fetch = keys is RemoteKeySettings remote ? remote.Fetch : new KeyFetchSettings(null, null, [], context.IsDevelopment);
        var origins = new List<string>();
        if (Uri.TryCreate(issuer.Issuer, UriKind.Absolute, out var own) && fetch.Allows(own))
        {
            origins.Add(StatusListSettings.OriginOf(own));
        }

        for (var i = 0; i < options.Origins?.Count; i++)
        {
            if (Uri.TryCreate(options.Origins[i], UriKind.Absolute, out var origin) && fetch.Allows(origin)
                && origin is { PathAndQuery: "/", Fragment: "", UserInfo: "" })
            {
                origins.Add(StatusListSettings.OriginOf(origin));
            }
            else
            {
                report.Error($"{path}:Origins:{i}", "this is not an https origin.", "Write https://host[:port], without a path.");
            }
        }

        if (origins.Count == 0 && options.Origins is not { Count: > 0 })
        {
            report.Error(
                $"{path}:Origins", "the issuer has no https URL whose origin could serve its lists.", "List the origins that serve them.");
        }

        return new StatusListSettings(issuer.Issuer ?? "", options.MaxStale, [.. origins.Distinct()], fetch);
    }
}
