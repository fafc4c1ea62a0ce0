using System.CommandLine;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Redis;
using Gateway.Revocation;
using Gateway.Settings;
using Microsoft.Data.Sqlite;

namespace Gateway.Commands;

/// <summary>
/// <c>gateway revoke KIND VALUE</c>: writes a revocation to the store that the configuration names. When it has printed its line, the
/// revocation is on disk; running gateways poll every 50 ms, or are notified by Redis.
/// </summary>
internal sealed class RevokeCommand : Command
{
    private readonly RevocationTarget _target = new();

    private readonly Option<DateTimeOffset?> _before = new("--before")
    {
        Description = "For sub, sid, client and issuer: reject tokens issued up to this time (ISO 8601). Default: now.",
        HelpName = "TIME",
        CustomParser = OptionValues.Time,
    };

    private readonly Option<DateTimeOffset?> _expires = new("--expires")
    {
        Description = "When the entry may be forgotten (ISO 8601). Default: when no token issued by now can still be valid.",
        HelpName = "TIME",
        CustomParser = OptionValues.Time,
    };

    private readonly Option<string?> _reason = ReasonOption();
    private readonly Option<bool> _dryRun = DryRunOption();
    private readonly Option<AnswerOutput> _output = RevocationOutput.AnswerOption();

    public RevokeCommand()
        : base("revoke", "Revokes a token, or every token of a subject, session, client or issuer.")
    {
        _target.AddTo(this);
        Options.Add(_before);
        Options.Add(_expires);
        Options.Add(_reason);
        Options.Add(_dryRun);
        Options.Add(_output);
        SetAction((result, cancellationToken) => StoreCommand.RunAsync(() => RevokeAsync(result, cancellationToken)));
    }

    /// <summary>Free text. It is kept in the log and shown by <c>revocations list</c>, never to clients.</summary>
    public static Option<string?> ReasonOption() => new("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };

    public static Option<bool> DryRunOption() => new("--dry-run") { Description = "Says what would be written, and writes nothing." };

    /// <summary>Says what has been written, or would be.</summary>
    public static void Report(RevocationEntry entry, IssuerProfile issuer, bool isDryRun, AnswerOutput output)
    {
        if (output == AnswerOutput.Json)
        {
            RevocationOutput.Write(RevocationDocument.Of(entry), RevocationJson.Readable.RevocationDocument);
            return;
        }

        var isRestore = entry.Operation == RevocationOperation.Restore;
        var done = (isDryRun, isRestore) switch
        {
            (true, true) => "Would restore",
            (true, false) => "Would revoke",
            (false, true) => "Restored",
            (false, false) => "Revoked",
        };
        var until = isRestore ? "" : $" until {RevocationOutput.Format(entry.Expires)}";
        Console.WriteLine($"{done} {RevocationNames.Of(entry.Kind)} {VisibleText.Escape(entry.Value)} of {issuer.Name}{until}.");
    }

    private async Task<int> RevokeAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (request, settings) = await _target.ReadAsync(result);
        request = request with
        {
            Before = result.GetValue(_before)?.ToUnixTimeSeconds(),
            Expires = result.GetValue(_expires)?.ToUnixTimeSeconds(),
            Reason = result.GetValue(_reason),
        };
        // The same rules as for POST /admin/revocations, so that both write the same entries.
        if (request.Read(settings.Issuers, TimeProvider.System.GetUtcNow(), RevocationStoreAccess.Caller, out var entry) is { } fault)
        {
            return await StoreCommand.WrongUsageAsync(fault);
        }

        var isDryRun = result.GetValue(_dryRun);
        if (!isDryRun)
        {
            await RevocationStoreAccess.LogOf(settings.Store).AppendAsync([entry!], cancellationToken);
        }

        Report(entry!, settings.Issuers.Named(entry!.Issuer)!, isDryRun, result.GetValue(_output));
        return ExitCode.Done;
    }
}

/// <summary>Turns what can be wrong with a store or a request into a message and an exit code.</summary>
internal static class StoreCommand
{
    /// <summary>Runs a command. Other exceptions pass through: bugs, and the cancellation of Ctrl+C.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ConfigurationException fault)
        {
            await RunCommand.ReportAsync(fault.Errors, "nothing was changed");
            return ExitCode.Findings;
        }
        catch (Exception fault) when (fault is SqliteException or RedisUnavailableException)
        {
            await Console.Error.WriteLineAsync($"The revocation store cannot be used, nothing was changed: {fault.Message}");
            return ExitCode.Unavailable;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"A file cannot be used: {fault.Message}");
            return ExitCode.Unavailable;
        }
    }

    /// <param name="fault">What is wrong, with its cure, in one line.</param>
    public static async Task<int> WrongUsageAsync(string fault)
    {
        await Console.Error.WriteLineAsync(fault);
        return ExitCode.Usage;
    }
}
