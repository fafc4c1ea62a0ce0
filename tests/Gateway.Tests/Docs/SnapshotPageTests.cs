using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gateway.Revocation;
using Gateway.Testing;

namespace Gateway.Tests.Docs;

/// <summary>
/// The bytes of the example in docs/revocation-snapshot.md, which another program wrote, are those that the gateway writes and reads.
/// </summary>
public sealed partial class SnapshotPageTests
{
    private const long Written = 1_790_000_000;
    private const string Issuer = "https://idp.example.com";

    private static readonly RevocationEntry Restore =
        new(RevocationKind.Sid, Issuer, "s-1", Written + 86_400, Operation: RevocationOperation.Restore);

    private static readonly LogAnchor Anchor = new(
        new LogPosition(Written * 1000, 2), Restore.Key, Restore.Kind, Restore.Operation, Restore.Expires, null,
        new LogPosition(Written * 1000, 2), Restore.Expires);

    private static readonly byte[][] Dumps =
    [
        .. Dump()
            .Matches(File.ReadAllText(Path.Combine(Script.Root, "docs", "revocation-snapshot.md")))
            .Select(match => Convert.FromHexString(
            string.Concat(
                match.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
                    line => line[6..].Replace(" ", "", StringComparison.Ordinal))))),
    ];

    [Fact]
    public void Example_is_written_byte_for_byte()
    {
        var set = new RevocationSet();
        set.ForgetExpired(DateTimeOffset.FromUnixTimeSeconds(Written + 60));
        set.Apply(
        [
            new(RevocationKind.Jti, Issuer, "order-4711", Written + 3600),
            new(RevocationKind.Sub, Issuer, "alice", Written + 86_400, Before: Written), Restore,
        ]);
        var chunks = SnapshotChunk.Of(set).ToList();
        var head = new SnapshotHead(
            Guid.Parse("00112233-4455-6677-8899-aabbccddeeff", CultureInfo.InvariantCulture), (Written + 60) * 1000, Anchor, set.Minute,
            RevocationFields.Vocabulary,
            Skipped: 0, Records: 3, [.. chunks.Select(chunk => new SnapshotPart(chunk.Length, SHA256.HashData(chunk)))]);

        Dumps.Length.ShouldBe(4);
        chunks.ShouldBe(Dumps[1..]);
        head.ToBytes().ShouldBe(Dumps[0]);
    }

    [Fact]
    public void Example_is_read()
    {
        var head = SnapshotHead.Read(Dumps[0]);

        head.Anchor.ShouldBe(Anchor);
        head.Records.ShouldBe(3);
        head.ExpiredUntil.ShouldBe(RevocationClock.MinuteOf(DateTimeOffset.FromUnixTimeSeconds(Written + 60)));
        head.ToBytes().ShouldBe(Dumps[0]);
    }

    [GeneratedRegex("```text\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Dump();
}
