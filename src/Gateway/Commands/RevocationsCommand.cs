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

    /// <summary>
    /// One line, whatever is in the entry: any service may write one, and none may look like two, or like another. A backslash is
    /// doubled; what is no visible character is written as <c>\u</c> and four digits.
    /// </summary>
    internal static string LineOf(RevocationEntry entry) => string.Join(
        '\t',
        RevocationNames.Of(entry.Kind),
        Escape(entry.Issuer),
        Escape(entry.Value),
        Format(entry.Before),
        Format(entry.Expires),
        Escape(entry.Reason),
        Escape(entry.By));

    private static Command CreateList()
    {
        var config = ConfigOption.Create();
        var list = new Command("list", "Lists the live revocations, tab-separated: kind, issuer, value, before, expires, reason, by.") { config };
        list.SetAction((result, cancellationToken) => StoreCommand.RunAsync(async () =>
        {
            var settings = await RevocationStoreAccess.OpenAsync(result.GetValue(config)!);
            foreach (var entry in await RevocationStoreAccess.ReadLiveAsync(RevocationStoreAccess.LogOf(settings), cancellationToken))
            {
                Console.WriteLine(LineOf(entry));
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

            var found = await FindAsync(log, entry, cancellationToken);
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

            // The line must outlive every replica's memory of what it takes back, and the lines that said so: a replica that starts when
            // this one is gone and those are not would revoke again.
            var expires = (TimeProvider.System.GetUtcNow() + issuer.MaxLifetime + (2 * issuer.ClockSkew)).ToUnixTimeSeconds();
            var found = await FindAsync(log, entry, cancellationToken);
            await log.AppendAsync(
                [entry with { Operation = RevocationOperation.Restore, Expires = Math.Max(expires, found?.Expires ?? 0), By = Environment.UserName }], cancellationToken);
            Console.WriteLine($"Restored {RevocationNames.Of(entry.Kind)} {entry.Value} of {issuer.Name}.");
            return GatewayCommand.Done;
        }));
        return restore;
    }

    private static async Task<RevocationEntry?> FindAsync(IRevocationLog log, RevocationEntry entry, CancellationToken cancellationToken) =>
        (await RevocationStoreAccess.ReadLiveAsync(log, cancellationToken))
            .FirstOrDefault(known => known.Key == entry.Key);

    private static string Format(long? seconds) => seconds is { } value
        ? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(value, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()))
            .ToString("u", CultureInfo.InvariantCulture)
        : "-";

    private static string Escape(string? text) => string.Concat((text ?? "").Select(character => character switch
    {
        '\\' => @"\\",
        _ when char.IsControl(character) || char.GetUnicodeCategory(character) is
            UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => $"\\u{(int)character:x4}",
        _ => character.ToString(),
    }));
}
