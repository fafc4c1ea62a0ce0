using System.Text.Json.Nodes;

namespace Gateway.Testing.Drills;

/// <summary>A provider that a drill rotates, kills and starts again.</summary>
internal abstract class RotatingProvider : IAsyncDisposable
{
    public abstract string Issuer { get; }

    /// <summary>A good token, signed with the newest key.</summary>
    public abstract Task<string> TokenAsync();

    /// <summary>A new key signs from now on; the old ones stay published unless they are dropped.</summary>
    public abstract Task RotateAsync(bool dropOld);

    /// <summary>Only the key that signs stays published.</summary>
    public abstract Task DropOldAsync();

    public abstract Task KillAsync();

    /// <summary>Back with the keys it had.</summary>
    public abstract Task StartAgainAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>The double.</summary>
internal sealed class FakeRotatingProvider : RotatingProvider
{
    private readonly List<SigningKey> _keys = [SigningKey.Rsa("key-1")];
    private readonly FakeIssuer _issuer;
    private int _published = 1;

    private FakeRotatingProvider(FakeIssuer issuer)
    {
        _issuer = issuer;
        Publish();
    }

    public override string Issuer => _issuer.Issuer;

    public static async Task<FakeRotatingProvider> StartAsync() => new(await FakeIssuer.StartAsync());

    public override Task<string> TokenAsync() => Task.FromResult(new TokenBuilder(_keys[^1], Issuer).Build());

    public override Task RotateAsync(bool dropOld)
    {
        _keys.Add(SigningKey.Rsa($"key-{_keys.Count + 1}"));
        _published = dropOld ? 1 : _published + 1;
        Publish();
        return Task.CompletedTask;
    }

    public override Task DropOldAsync()
    {
        _published = 1;
        Publish();
        return Task.CompletedTask;
    }

    public override Task KillAsync() => _issuer.SetModeAsync(ProviderMode.NoConnection);

    public override Task StartAgainAsync() => _issuer.SetModeAsync(ProviderMode.Good);

    public override async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _keys.ForEach(key => key.Dispose());
    }

    private void Publish() => _issuer.Keys = [.. _keys.TakeLast(_published).Select(key => key.ToJwk())];
}

/// <summary>The certified one, npm oidc-provider, in a process of its own.</summary>
internal sealed class OidcRotatingProvider : RotatingProvider
{
    private readonly HttpClient _client = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oidc-provider-");
    private Script _script = null!;
    private JsonNode _about = null!;

    public override string Issuer => _about["issuer"]!.GetValue<string>();

    public static async Task<OidcRotatingProvider> StartAsync()
    {
        var provider = new OidcRotatingProvider();
        await provider.StartAsync(0);
        return provider;
    }

    public override async Task<string> TokenAsync()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = _about["clientId"]!.GetValue<string>(),
            ["client_secret"] = _about["clientSecret"]!.GetValue<string>(),
            ["scope"] = "orders:read",
            ["resource"] = _about["resources"]!["RS256"]!.GetValue<string>(),
        });
        using var response = await _client.PostAsync(new Uri(_about["tokenEndpoint"]!.GetValue<string>()), form);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["access_token"]!.GetValue<string>();
    }

    public override Task RotateAsync(bool dropOld) => CommandAsync(dropOld ? "rotate drop-old" : "rotate");

    public override Task DropOldAsync() => CommandAsync("drop-old");

    public override async Task KillAsync()
    {
        _script.Kill();
        await _script.DisposeAsync();
    }

    public override Task StartAgainAsync() => StartAsync(new Uri(Issuer).Port);

    public override async ValueTask DisposeAsync()
    {
        await _script.DisposeAsync();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(int port)
    {
        _script = Script.Start(
            "node", Path.Combine(Script.Interop, "oidc-provider.mjs"), "--port", $"{port}", "--keys",
            Path.Combine(_folder.FullName, "keys.json"));
        _about = JsonNode.Parse(await _script.ReadLineAsync())!;
    }

    private async Task CommandAsync(string command)
    {
        await _script.WriteLineAsync(command);
        await _script.ReadLineAsync();
    }
}
