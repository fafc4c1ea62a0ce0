using System.CommandLine;
using System.Globalization;
using Gateway.Configuration;
using Gateway.Redis;
using Gateway.Revocation;
using Microsoft.Data.Sqlite;

namespace Gateway.Commands;

/// <summary>
/// <c>gateway revoke KIND VALUE</c>: writes a revocation to the store that the configuration names. When it has printed its line, the
/// revocation is on disk; running gateways look every 50 ms, or are rung up by Redis.
/// </summary>
internal sealed class RevokeCommand : Command
{
    private readonly RevocationTarget _target = new();

    private readonly Option<DateTimeOffset?> _before = new("--before")
    {
        Description = "For sub, sid, client and issuer: refuse tokens issued up to this time (ISO 8601). Default: now.",
        HelpName = "TIME",
    };

    private readonly Option<DateTimeOffset?> _expires = new("--expires")
    {
        Description = "When the entry may be forgotten (ISO 8601). Default: when no token issued by now can still be valid.",
        HelpName = "TIME",
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };

    public RevokeCommand()
        : base("revoke", "Revokes a token, or every token of a subject, session, client or issuer.")
    {
        _target.AddTo(this);
        Options.Add(_before);
        Options.Add(_expires);
        Options.Add(_reason);
        SetAction((result, cancellationToken) => StoreCommand.RunAsync(() => RevokeAsync(result, cancellationToken)));
    }

    private async Task<int> RevokeAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (await _target.ReadAsync(result) is not var (entry, issuer, log))
        {
            return GatewayCommand.Usage;
        }

        var now = TimeProvider.System.GetUtcNow();
        var before = result.GetValue(_before) ?? now;
        // Also a token issued by a clock that runs ahead, and with the longest accepted life.
        var expires = result.GetValue(_expires) ?? now + issuer.MaxLifetime + (2 * issuer.ClockSkew);
        entry = entry with
        {
            Expires = expires.ToUnixTimeSeconds(),
            Before = entry.Kind is RevocationKind.Jti or RevocationKind.Token ? null : before.ToUnixTimeSeconds(),
            Reason = result.GetValue(_reason),
            By = Environment.UserName,
        };
        await log.AppendAsync([entry], cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Revoked {RevocationNames.Of(entry.Kind)} {entry.Value} of {issuer.Name} until {expires:u}."));
        return GatewayCommand.Done;
    }
}

/// <summary>Turns the faults of a store into a message and an exit code.</summary>
internal static class StoreCommand
{
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ConfigurationException fault)
        {
            await RunCommand.ReportAsync(fault.Errors);
            return GatewayCommand.Findings;
        }
        catch (Exception fault) when (fault is SqliteException or RedisUnavailableException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The revocation store cannot be used, nothing was changed: {fault.Message}");
            return GatewayCommand.Unavailable;
        }
    }
}
