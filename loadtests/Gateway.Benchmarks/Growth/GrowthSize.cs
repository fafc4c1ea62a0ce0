namespace Gateway.Benchmarks.Growth;

/// <summary>How large a gateway's configuration and load are.</summary>
/// <param name="Tokens">Distinct tokens, sent in turn; one issuer after the other signs them.</param>
/// <param name="Revocations">Entries of the list in Redis; null for the list in memory.</param>
/// <param name="Arriving">New revocations a second, as long as the gateway runs.</param>
internal sealed record GrowthSize(int Routes = 10, int Issuers = 1, int Tokens = 1_000, int? Revocations = null, int Arriving = 0)
{
    /// <summary>How many routes share a cluster, which has connections of its own.</summary>
    public static int RoutesOfCluster { get; } = RotationCommand.Setting("ROUTES_OF_CLUSTER", 10);

    public int Clusters => (Routes + RoutesOfCluster - 1) / RoutesOfCluster;
}

/// <summary>One number of <see cref="GrowthSize"/> grows while the others stay small.</summary>
internal sealed record GrowthSeries(string Name, Func<int, GrowthSize> SizeOf, IReadOnlyList<int> Counts)
{
    public static IReadOnlyList<GrowthSeries> All { get; } =
    [
        new("routes", count => new GrowthSize(Routes: count), Setting("ROUTES", "10,1000,10000")),
        new("issuers", count => new GrowthSize(Issuers: count), Setting("ISSUERS", "1,100,1000")),
        new("tokens", count => new GrowthSize(Tokens: count), Setting("TOKENS", "1000,10000,100000,1000000")),
        new("revocations", count => new GrowthSize(Revocations: count), Setting("REVOCATIONS", "0,10000,1000000")),
        new(
            "revocations a second", count => new GrowthSize(Revocations: 10_000, Arriving: count), Setting("ARRIVING", "0,100,1000")),
    ];

    private static IReadOnlyList<int> Setting(string setting, string standard) =>
    [
        .. (Environment.GetEnvironmentVariable(setting) ?? standard).Split(',')
            .Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
    ];
}
