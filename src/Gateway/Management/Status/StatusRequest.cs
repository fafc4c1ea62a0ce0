using System.Globalization;
using Gateway.Errors;

namespace Gateway.Management.Status;

/// <summary>What a request for the page wants to see.</summary>
/// <param name="Refresh">After how many seconds the browser asks again; null for never.</param>
/// <param name="IsLinked">True when the page can be asked for again by its address alone.</param>
/// <param name="Explained">The response to the page's explain form; null when it was not sent.</param>
internal sealed record StatusRequest(int? Refresh, StatusFilter Filter, bool IsLinked, ExplainResult? Explained = null)
{
    // Seconds. Each refresh builds the whole page, so a shorter time would load the replica that is being watched.
    private const int ShortestRefresh = 5;
    private const int LongestRefresh = 3600;

    /// <summary>False with what is wrong with the query.</summary>
    public static bool TryRead(IQueryCollection query, out StatusRequest? request, out OAuthError? fault)
    {
        request = null;
        fault = AdminQuery.Unknown(query, "refresh", "filter");
        int? refresh = null;
        if (fault is null && (string?)query["refresh"] is { } text)
        {
            refresh = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
            fault = refresh is >= ShortestRefresh and <= LongestRefresh ? null
                : OAuthError.Invalid($"refresh: this is {ShortestRefresh} to {LongestRefresh} seconds.");
        }

        var filter = ((string?)query["filter"])?.Trim();
        if (filter is { Length: > StatusFilter.MaxLength })
        {
            fault ??= OAuthError.Invalid($"filter: this is up to {StatusFilter.MaxLength} characters.");
        }

        if (fault is null)
        {
            request = new StatusRequest(refresh, new StatusFilter(string.IsNullOrEmpty(filter) ? null : filter), IsLinked: true);
        }

        return fault is null;
    }

    /// <summary>The page's address with another refresh and the same filter.</summary>
    public string AddressWith(int? refresh)
    {
        string?[] parameters =
        [
            refresh is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"refresh={seconds}") : null,
            Filter.Text is { } text ? $"filter={Uri.EscapeDataString(text)}" : null,
        ];
        var query = string.Join('&', parameters.OfType<string>());
        return query.Length > 0 ? $"/admin?{query}" : "/admin";
    }
}
