using System.CommandLine;
using System.Globalization;
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

    private static Command CreateList()
    {
        var config = ConfigOption.Create();
        var list = new Command("list", "Lists the live revocations, tab-separated: kind, issuer, value, before, expires, reason, by.") { config };
        list.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            var settings = await RevocationStoreAccess.OpenAsync(result.GetValue(config)!);
            foreach (var entry in await RevocationStoreAccess.ReadLiveAsync(RevocationStoreAccess.LogOf(settings), cancellationToken))
            {
                Console.WriteLine(string.Join(
                    '\t', RevocationNames.Of(entry.Kind), entry.Issuer, entry.Value, Format(entry.Before), Format(entry.Expires), entry.Reason, entry.By));
            }

            return GatewayCommand.Done;
        }));
        return list;
    }

    private static Command CreateCheck()
    {
        var target = new RevocationTarget();
        var check = new Command("check", "Says whether something is revoked: exit code 1 when it is, 0 when it is not.");
        target.AddTo(check);
        check.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            if (await target.ReadAsync(result) is not var (entry, _, log))
            {
                return GatewayCommand.Usage;
            }

            var live = await RevocationStoreAccess.ReadLiveAsync(log, cancellationToken);
            var found = live.FirstOrDefault(known => known.Kind == entry.Kind && known.Issuer == entry.Issuer && known.Value == entry.Value);
            Console.WriteLine(found is null ? "Not revoked." : $"Revoked until {Format(found.Expires)}.");
            return found is null ? GatewayCommand.Done : GatewayCommand.Findings;
        }));
        return check;
    }

    private static Command CreateRestore()
    {
        var target = new RevocationTarget();
        var restore = new Command("restore", "Takes a revocation back.");
        target.AddTo(restore);
        restore.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            if (await target.ReadAsync(result) is not var (entry, issuer, log))
            {
                return GatewayCommand.Usage;
            }

            // The line must outlive every replica's memory of what it takes back.
            var expires = TimeProvider.System.GetUtcNow() + issuer.MaxLifetime + (2 * issuer.ClockSkew);
            await log.AppendAsync(
                [entry with { Operation = RevocationOperation.Restore, Expires = expires.ToUnixTimeSeconds(), By = Environment.UserName }], cancellationToken);
            Console.WriteLine($"Restored {RevocationNames.Of(entry.Kind)} {entry.Value} of {issuer.Name}.");
            return GatewayCommand.Done;
        }));
        return restore;
    }

    private static string Format(long? seconds) =>
        seconds is { } value ? DateTimeOffset.FromUnixTimeSeconds(value).ToString("u", CultureInfo.InvariantCulture) : "-";
}
