using System.Text.Json;

namespace Gateway.LoadTests.Scenarios;

/// <summary>Where a pool's tokens come from.</summary>
internal static class TokenSources
{
    public static Func<CancellationToken, Task<string>> Create(TokenSettings settings, HttpClient client)
    {
        if (settings.Endpoint is { } endpoint)
        {
            return cancellationToken => RequestAsync(client, endpoint, settings.Form, cancellationToken);
        }

        var tokens = File.ReadLines(settings.File!).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        if (tokens.Length == 0)
        {
            throw new InvalidDataException($"{settings.File} holds no token; write one a line.");
        }

        var next = -1;
        return _ => Task.FromResult(tokens[(int)((uint)Interlocked.Increment(ref next) % tokens.Length)]);
    }

    private static async Task<string> RequestAsync(
        HttpClient client, Uri endpoint, IReadOnlyDictionary<string, string> form, CancellationToken cancellationToken)
    {
        using var content =
            new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Key, Resolve(field.Key, field.Value))));
        using var answer = await client.PostAsync(endpoint, content, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidDataException($"{endpoint} answered the request for a token with {(int)answer.StatusCode}.");
        }

        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("access_token").GetString()
            ?? throw new InvalidDataException($"{endpoint} answered without an access_token.");
    }

    private static string Resolve(string name, string value)
    {
        const string prefix = "env:";
        return !value.StartsWith(prefix, StringComparison.Ordinal)
            ? value
            : Environment.GetEnvironmentVariable(value[prefix.Length..])
                ?? throw new InvalidDataException($"tokens.form.{name}: the environment has no variable {value[prefix.Length..]}.");
    }
}
