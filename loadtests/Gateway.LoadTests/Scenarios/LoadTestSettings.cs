using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.LoadTests.Scenarios;

/// <summary>
/// What is loaded, with which tokens, how hard, and what counts as a pass: a JSON file, in which an unknown name is an error.
/// </summary>
internal sealed record LoadTestSettings
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The address that is asked, with its path. Required.</summary>
    public required Uri Target { get; init; }

    /// <summary>Where tokens come from. Required.</summary>
    public required TokenSettings Tokens { get; init; }

    /// <summary>Requests a second; default 100.</summary>
    public int Rate { get; init; } = 100;

    /// <summary>How long each scenario lasts; default 60 s, at least 10.</summary>
    public int Seconds { get; init; } = 60;

    /// <summary>How many times the rate the ramp ends at; default 10.</summary>
    public int RampTo { get; init; } = 10;

    /// <summary>Names from <see cref="ScenarioCatalog.Names"/>; default: all whose actions are given.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }

    /// <summary>What counts as a pass.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>How to do to the system under load what a scenario is about. Each is a program and its arguments.</summary>
    public ActionSettings Actions { get; init; } = new();

    /// <exception cref="InvalidDataException">The text is not a settings file; the message names the place and the cure.</exception>
    public static LoadTestSettings Parse(string json)
    {
        LoadTestSettings settings;
        try
        {
            settings = JsonSerializer.Deserialize<LoadTestSettings>(json, Format)
                ?? throw new InvalidDataException("The settings are empty.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"The settings cannot be read: {fault.Message}", fault);
        }

        settings.Check();
        return settings;
    }

    private void Check()
    {
        Require(Target.IsAbsoluteUri && Target.Scheme is "http" or "https", "target: write an http or https address.");
        Require(Rate > 0, "rate: write a number above 0.");
        Require(Seconds >= 10, "seconds: write 10 or more; a shorter run says nothing.");
        Require(RampTo > 1, "rampTo: write a number above 1.");
        Require(Tokens.Count > 0, "tokens.count: write a number above 0.");
        Require((Tokens.File is null) != (Tokens.Endpoint is null), "tokens: write file or endpoint, not both.");
        var unknown = Scenarios?.FirstOrDefault(name => !ScenarioCatalog.Names.Contains(name));
        Require(unknown is null, $"scenarios: there is no \"{unknown}\". Write some of {string.Join(", ", ScenarioCatalog.Names)}.");
    }

    private static void Require(bool isFulfilled, string message)
    {
        if (!isFulfilled)
        {
            throw new InvalidDataException(message);
        }
    }
}

/// <summary>Where tokens come from: a file with one a line, or a token endpoint.</summary>
internal sealed record TokenSettings
{
    /// <summary>A file with one token a line.</summary>
    public string? File { get; init; }

    /// <summary>A token endpoint (RFC 6749).</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// The form it is sent. A value <c>env:NAME</c> is taken from that environment variable, so that no secret stands in the file.
    /// </summary>
    public IReadOnlyDictionary<string, string> Form { get; init; } = new Dictionary<string, string>();

    /// <summary>How many tokens are in use at a time; default 50.</summary>
    public int Count { get; init; } = 50;
}

/// <summary>What counts as a pass.</summary>
internal sealed record LimitSettings
{
    /// <summary>The largest share of answers that were not to be; default 0.001.</summary>
    public double FailedShare { get; init; } = 0.001;

    /// <summary>The longest p99 in milliseconds, ramp and outage aside; default 100.</summary>
    public double P99Milliseconds { get; init; } = 100;

    /// <summary>The fewest requests a second at the knee of the ramp; default 0, which only reports it.</summary>
    public int KneeRate { get; init; }

    /// <summary>After how many seconds a revoked token must be rejected everywhere; default 2.</summary>
    public double RevocationSeconds { get; init; } = 2;

    /// <summary>What a good token may be answered with while Redis is down; default 200 and 503.</summary>
    public IReadOnlyList<int> DuringOutage { get; init; } = [200, 503];

    /// <summary>After how many seconds everything must be well again once Redis is back; default 10.</summary>
    public double RecoverySeconds { get; init; } = 10;
}

/// <summary>
/// A program and its arguments for each thing that happens during load. <c>{token}</c> and <c>{jti}</c> stand for the revoked token.
/// </summary>
internal sealed record ActionSettings
{
    /// <summary>Makes the provider sign with a new key.</summary>
    public IReadOnlyList<string>? RotateKeys { get; init; }

    /// <summary>Revokes one token.</summary>
    public IReadOnlyList<string>? Revoke { get; init; }

    /// <summary>Takes Redis away from the gateway.</summary>
    public IReadOnlyList<string>? StopRedis { get; init; }

    /// <summary>Gives it back.</summary>
    public IReadOnlyList<string>? StartRedis { get; init; }
}
