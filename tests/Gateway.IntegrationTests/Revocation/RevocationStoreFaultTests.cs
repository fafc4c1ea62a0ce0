using System.Net;
using Gateway.Revocation;
using Gateway.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Revocation;

/// <summary>
/// A store that fails makes the list old, and an old list is a decision of the policy; it is never a list that looks new.
/// </summary>
public sealed class RevocationStoreFaultTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly long _now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
    private StandardGateway _parts = null!;

    public async ValueTask InitializeAsync() => _parts = await StandardGateway.StartAsync(
        configuration => configuration
            .With("Gateway:Revocation", """{ "Store": "Sqlite", "Sqlite": { "Path": "data/revocations.db" } }""")
            .WithPolicy("relaxed", """{ "OnRevocationUnavailable": "Allow" }"""),
        _clock);

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    [Theory]
    [InlineData("garbage")]
    [InlineData("directory")]
    [InlineData("nothing")]
    public async Task Unreadable_store_lets_each_policy_decide_once_the_list_is_too_old(string replacement)
    {
        await RevokeAsync("known");
        var revoked = _parts.Issuer.Token().With("sub", "known").With("exp", _now + 3600).Build();
        await UntilAsync("/private/a", revoked, HttpStatusCode.Unauthorized);

        Break(replacement);
        await Eventually.TrueAsync(
            () => _parts.Gateway.Logs.Lines.Any(line => line.Contains(" 301: ", StringComparison.Ordinal)), "the fault is logged");
        (await StatusAsync("/private/a", Good())).ShouldBe(HttpStatusCode.OK);
        _clock.Advance(TimeSpan.FromSeconds(11));

        (await StatusAsync("/private/a", Good())).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await StatusAsync("/relaxed/a", Good())).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("/private/a", revoked)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("/relaxed/a", revoked)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("/public/a", null)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Revocations_written_to_a_new_file_in_the_place_of_the_old_one_are_enforced()
    {
        foreach (var name in (string[])["one", "two", "three"])
        {
            await RevokeAsync(name);
        }

        await UntilAsync("/private/a", _parts.Issuer.Token().With("sub", "three").Build(), HttpStatusCode.Unauthorized);
        // From before the revocation's cut-off: a token issued a second after it is a good one.
        var revoked = _parts.Issuer.Token().With("sub", "new").Build();
        Break("nothing");
        var result = await GatewayProcess.RunAsync(_parts.Gateway, null, "revoke", "sub", "new");

        result.ExitCode.ShouldBe(0, result.Error);
        await UntilAsync("/private/a", revoked, HttpStatusCode.Unauthorized);
    }

    private string Store => Path.Combine(Path.GetDirectoryName(_parts.Gateway.ConfigFile)!, "data", "revocations.db");

    private string Good() => _parts.Issuer.Token().With("exp", _now + 3600).Build();

    private void Break(string replacement)
    {
        foreach (var file in (string[])[Store, Store + "-wal", Store + "-shm"])
        {
            File.Delete(file);
        }

        if (replacement == "garbage")
        {
            File.WriteAllText(Store, string.Concat(Enumerable.Repeat("this is no database ", 500)));
        }
        else if (replacement == "directory")
        {
            Directory.CreateDirectory(Store);
        }
    }

    private async Task RevokeAsync(string subject) =>
        await _parts.Gateway.Services.GetRequiredService<IRevocationLog>().AppendAsync(
            [new RevocationEntry(RevocationKind.Sub, _parts.Issuer.Issuer, subject, _now + 7200, _now + 7200)], CancellationToken.None);

    private Task UntilAsync(string path, string token, HttpStatusCode status) =>
        Eventually.TrueAsync(async () => await StatusAsync(path, token) == status, $"{path} answers {status}");

    private async Task<HttpStatusCode> StatusAsync(string path, string? token)
    {
        using var response = await _parts.Gateway.GetAsync(path, token);
        return response.StatusCode;
    }
}
