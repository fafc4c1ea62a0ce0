using System.CommandLine;
using Gateway.Revocation;

namespace Gateway.Commands;

/// <summary><c>gateway revocations list|check|restore</c>.</summary>
internal sealed class RevocationsCommand : Command
{
    public RevocationsCommand()
        : base("revocations", "Shows and takes back revocations.")
    {
        Subcommands.Add(CreateList());
        Subcommands.Add(CreateCheck());
        Subcommands.Add(CreateRestore());
    }

    /// <summary><c>list</c> reads the whole log: the replicas' lists hold no names.</summary>
    private static Command CreateList()
    {
        var config = ConfigOption.Create();
        var output = RevocationOutput.ListOption();
        var kind =
            new Option<string?>("--kind") { Description = $"Only these: {string.Join(", ", RevocationNames.Kinds)}.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. RevocationNames.Kinds]);
        var issuer =
            new Option<string?>("--issuer")
            {
                Description = "Only those of this issuer: its name in yarp.json or its `iss`.",
                HelpName = "ISSUER",
            };
        var prefix = new Option<string?>("--prefix") { Description = "Only those whose value begins like this.", HelpName = "TEXT" };
        var list = new Command(
            "list",
            "Lists the live revocations: kind, issuer, value, before, expires, reason, by.") { kind, issuer, prefix, output, config };
        list.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            var settings = RevocationStoreAccess.Open(result.GetValue(config)!);
            // An issuer that is no longer configured may still have entries.
            var filter = new RevocationFilter(
                RevocationNames.TryParse(result.GetValue(kind), out RevocationKind named) ? named : null,
                result.GetValue(issuer) is { } name ? settings.Issuers.Named(name)?.Issuer ?? name : null,
                Prefix: result.GetValue(prefix));
            var entries = await new RevocationHistory(
                RevocationStoreAccess.LogOf(settings.Store).ReadAfterAsync, TimeProvider.System).ListAllAsync(filter, cancellationToken);
            RevocationOutput.Write(
                entries, settings.Issuers, result.GetValue(output) ?? (Console.IsOutputRedirected ? ListOutput.Lines : ListOutput.Table));
            return ExitCode.Done;
        }));
        return list;
    }

    /// <summary><c>check</c> compares kind, issuer and value exactly, so at most one name is found.</summary>
    private static Command CreateCheck()
    {
        var target = new RevocationTarget();
        var output = RevocationOutput.AnswerOption();
        var check = new Command("check", "Says whether something is revoked: exit code 1 when it is, 0 when it is not.");
        target.AddTo(check);
        check.Options.Add(output);
        check.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            var (request, settings) = await target.ReadAsync(result);
            if (request.ReadName(settings.Issuers, out var name, out _) is { } fault)
            {
                return await StoreCommand.WrongUsageAsync(fault);
            }

            var history = new RevocationHistory(RevocationStoreAccess.LogOf(settings.Store).ReadAfterAsync, TimeProvider.System);
            var found =
                (await history.ListAllAsync(new RevocationFilter(name.Kind, name.Issuer, name.Value), cancellationToken)).SingleOrDefault();
            if (result.GetValue(output) == AnswerOutput.Json)
            {
                RevocationOutput.Write(
                    new RevocationCheckDocument(found is not null, found is null ? null : RevocationDocument.Of(found)),
                    RevocationJson.Readable.RevocationCheckDocument);
            }
            else
            {
                Console.WriteLine(found is null ? "Not revoked." : $"Revoked until {RevocationOutput.Format(found.Expires)}.");
            }

            return found is null ? ExitCode.Done : ExitCode.Findings;
        }));
        return check;
    }

    /// <summary>
    /// <c>restore</c> deletes nothing. It writes an entry of its own that lives at least as long as the revocation, because replicas and
    /// snapshots may still hold that one.
    /// </summary>
    private static Command CreateRestore()
    {
        var target = new RevocationTarget();
        var output = RevocationOutput.AnswerOption();
        var reason = RevokeCommand.ReasonOption();
        var dryRun = RevokeCommand.DryRunOption();
        var restore = new Command("restore", "Takes a revocation back.");
        target.AddTo(restore);
        restore.Options.Add(reason);
        restore.Options.Add(dryRun);
        restore.Options.Add(output);
        restore.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            var (request, settings) = await target.ReadAsync(result);
            var fault = request.ReadName(settings.Issuers, out var name, out var issuer)
                ?? RevocationRequest.CheckReason(result.GetValue(reason));
            if (fault is not null)
            {
                return await StoreCommand.WrongUsageAsync(fault);
            }

            var log = RevocationStoreAccess.LogOf(settings.Store);
            if (await new RevocationHistory(log.ReadAfterAsync, TimeProvider.System).FindAsync(name, cancellationToken) is not { } found)
            {
                await Console.Error.WriteLineAsync("Nothing is revoked by this kind, issuer and value.");
                return ExitCode.Findings;
            }

            var entry = RevocationSpan.Restore(found, issuer!, TimeProvider.System.GetUtcNow()) with
            {
                Reason = result.GetValue(reason),
                // The entry that was found names who revoked; the new one names who restores.
                By = RevocationStoreAccess.Caller,
                At = null,
            };
            // Everything is read and checked before, so that a dry run finds the same errors.
            var isDryRun = result.GetValue(dryRun);
            if (!isDryRun)
            {
                await log.AppendAsync([entry], cancellationToken);
            }

            RevokeCommand.Report(entry, issuer!, isDryRun, result.GetValue(output));
            return ExitCode.Done;
        }));
        return restore;
    }
}
