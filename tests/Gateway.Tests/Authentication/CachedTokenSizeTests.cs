using System.Text.Json.Nodes;

namespace Gateway.Tests.Authentication;

[CollectionDefinition(nameof(CachedTokenSizeTests), DisableParallelization = true)]
public sealed class CachedTokenSizeAlone;

/// <summary>What the cache takes a token's memory for is what it is, or <c>MaxMegabytes</c> would bound nothing.</summary>
[Collection(nameof(CachedTokenSizeTests))]
public sealed class CachedTokenSizeTests
{
    // Few enough for every set of the cache to hold its share.
    private const int Count = 150;

    [Theory]
    [InlineData("small", 0)]
    [InlineData("with the roles of a realm", 12)]
    [InlineData("with the roles of many clients", 80)]
    public async Task Size_is_near_the_memory_that_an_entry_keeps(string what, int roles)
    {
        // What earlier tests left behind may go while this one measures; a size that is wrong is so each time.
        var found = new List<double>();
        while (found.Count < 3 && !found.Exists(IsNear))
        {
            found.Add(await MeasureAsync(what, roles));
        }

        found.ShouldContain(share => IsNear(share), string.Join(", ", found));
    }

    private static bool IsNear(double share) => share is >= 0.9 and <= 1.25;

    /// <summary>The size that the cache counts over the memory that is kept.</summary>
    private static async Task<double> MeasureAsync(string what, int roles)
    {
        using var bench = new AuthenticatorBench();
        var tokens = Enumerable.Range(0, Count).Select(number => TokenOf(bench, number, roles)).ToArray();
        // The first one makes what all have in common.
        await bench.DecideAsync(TokenOf(bench, Count, roles));
        var (kept, counted) = (Memory(), bench.Cache.Bytes);

        foreach (var token in tokens)
        {
            (await bench.DecideAsync(token)).ShouldBeNull();
        }

        kept = Memory() - kept;
        counted = bench.Cache.Bytes - counted;
        bench.Cache.Count.ShouldBe(Count + 1);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{what}: {tokens[0].Length} characters, {kept / Count} bytes kept, {counted / Count} counted");
        GC.KeepAlive(tokens);
        return (double)counted / kept;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static string TokenOf(AuthenticatorBench bench, int number, int roles) => bench.Shop.Token()
        .With("sub", $"8f2c1f0e-7d0c-4e6f-9a51-{number:x12}")
        .With("jti", $"onrtac:5b1d6c1c-94a2-4fd4-8d6e-{number:x12}")
        .With(
            "realm_access",
            new JsonObject { ["roles"] = new JsonArray([.. Enumerable.Range(0, roles).Select(role => (JsonNode)$"role-of-the-shop-{role}")]) })
        .Build();
}
