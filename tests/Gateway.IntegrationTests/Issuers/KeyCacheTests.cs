using System.Net;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace Gateway.IntegrationTests.Issuers;

/// <summary>
/// With a cache directory a gateway that restarts while its provider is down serves at once; nothing but a good document of its own comes
/// back.
/// </summary>
public sealed class KeyCacheTests : IAsyncLifetime
{
    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("keys-");
    private readonly ShiftedClock _clock = new();
    private FakeIssuer _issuer = null!;
    private RecordingDestination _destination = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        _destination = await RecordingDestination.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _destination.DisposeAsync();
        _cache.Delete(recursive: true);
    }

    [Fact]
    public async Task Restart_while_the_provider_is_down_serves_at_once()
    {
        await KeepAsync();
        TakeProviderDown();

        await using var gateway = await StartAsync(waitUntilReady: false);

        (await StatusAsync(gateway)).ShouldBe(HttpStatusCode.OK);
        gateway.Logs.Lines.ShouldContain(line => line.Contains("loaded keys that were fetched at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kept_keys_are_replaced_by_those_of_the_provider()
    {
        await KeepAsync();
        using var rotated = SigningKey.Rsa("rotated");
        _issuer.Keys = [rotated.ToJwk()];

        await using var gateway = await StartAsync();

        await Eventually.TrueAsync(async () => await StatusAsync(gateway) == HttpStatusCode.Unauthorized, "the old key is no longer used");
        using var response = await gateway.GetAsync("/private/orders", new TokenBuilder(rotated, _issuer.Issuer, _clock).Build());
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("truncated")]
    [InlineData("changed")]
    [InlineData("garbage")]
    [InlineData("oversized")]
    [InlineData("checksum")]
    public async Task Damaged_file_is_ignored_with_one_warning(string damage)
    {
        var file = await KeepAsync();
        var content = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, damage switch
        {
            "empty" => "",
            "truncated" => content[..(content.Length / 2)],
            "changed" => content.Replace("\"lifetime\": 0", "\"lifetime\": 9", StringComparison.Ordinal),
            "garbage" => "\u0001\u0002 not json",
            "oversized" => content + new string(' ', 1024 * 1024),
            _ => content.Replace("\"sha256\": \"", "\"sha256\": \"0", StringComparison.Ordinal),
        });
        TakeProviderDown();

        await using var gateway = await StartAsync(waitUntilReady: false);

        (await StatusAsync(gateway)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        gateway.Logs.Lines.ShouldContain(line => line.Contains("are ignored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_older_than_max_stale_is_ignored()
    {
        await KeepAsync();
        TakeProviderDown();
        _clock.Advance(TimeSpan.FromHours(25));

        await using var gateway = await StartAsync(waitUntilReady: false);

        (await StatusAsync(gateway)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        gateway.Logs.Lines.ShouldContain(line => line.Contains("older than MaxStale", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_of_another_source_is_ignored()
    {
        await KeepAsync();
        TakeProviderDown();

        await using var gateway =
            await StartAsync(waitUntilReady: false, issuer => issuer["Keys"] = new JsonObject { ["JwksUri"] = _issuer.JwksUri + "?other" });

        (await StatusAsync(gateway)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        gateway.Logs.Lines.ShouldContain(line => line.Contains("another issuer or source", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Folder_that_cannot_be_written_costs_nothing_but_a_warning()
    {
        await File.WriteAllTextAsync(Path.Combine(_cache.FullName, "file"), "");

        await using var gateway = await StartAsync(folder: Path.Combine(_cache.FullName, "file", "below"));

        (await StatusAsync(gateway)).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            () => gateway.Logs.Lines.Any(line => line.Contains("Keys cannot be cached", StringComparison.Ordinal)), "the warning");
    }

    [Fact]
    public async Task Secrets_and_key_files_are_not_kept()
    {
        var files = new Dictionary<string, string> { ["secret"] = new string('s', 32) };
        await using var gateway = await StartAsync(
            change: issuer =>
            {
                issuer["Keys"] = new JsonObject { ["SecretFile"] = "secret" };
                issuer["Algorithms"] = new JsonArray("HS256");
            },
            files: files);

        _cache.GetFiles().ShouldBeEmpty();
    }

    /// <summary>Runs a gateway until it has kept the keys; the file.</summary>
    private async Task<string> KeepAsync()
    {
        await using var gateway = await StartAsync();
        await Eventually.TrueAsync(() => _cache.GetFiles("*.json").Length == 1, "the keys are kept");
        return _cache.GetFiles("*.json")[0].FullName;
    }

    private void TakeProviderDown()
    {
        _issuer.MetadataHandler = Fail;
        _issuer.KeysHandler = Fail;

        static Task Fail(HttpContext context)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }
    }

    private Task<TestGateway> StartAsync(
        bool waitUntilReady = true, Action<JsonNode>? change = null, string? folder = null,
        IReadOnlyDictionary<string, string>? files = null)
    {
        var configuration = TestGateway.Configuration(_issuer, _destination);
        configuration["Gateway"]!["Keys"] = new JsonObject { ["CacheDirectory"] = folder ?? _cache.FullName };
        change?.Invoke(configuration["Gateway"]!["Issuers"]!["shop"]!);
        return TestGateway.StartAsync(configuration, _clock, files, waitUntilReady);
    }

    private async Task<HttpStatusCode> StatusAsync(TestGateway gateway)
    {
        using var response = await gateway.GetAsync("/private/orders", _issuer.Token(_clock).Build());
        return response.StatusCode;
    }
}
