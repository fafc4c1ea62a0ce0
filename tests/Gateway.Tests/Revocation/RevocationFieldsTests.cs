using Gateway.Revocation;

namespace Gateway.Tests.Revocation;

/// <summary>What we write to a stream we read back; of what others write, only what makes sense.</summary>
public sealed class RevocationFieldsTests
{
    private static readonly string[] Required = ["kind", "issuer", "value", "expires"];

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(1700000000L, "lost phone", "ops")]
    [InlineData(0L, "Zoë 😀\r\n", "")]
    public void Entry_comes_back_as_it_went_in(long? before, string? reason, string? by)
    {
        foreach (var kind in Enum.GetValues<RevocationKind>())
        {
            foreach (var operation in Enum.GetValues<RevocationOperation>())
            {
                var entry = new RevocationEntry(kind, "https://idp.example.com", "value", 1800000000, before, operation, reason, by);

                RevocationFields.TryRead([.. RevocationFields.Write(entry).Cast<string>()], out var read).ShouldBeTrue();

                read.ShouldBe(entry);
            }
        }
    }

    [Theory]
    [InlineData(null, "Revoke")]
    [InlineData(5L, "Restore")]
    public void Entry_that_was_put_back_comes_back_as_it_went_in(long? before, string operation)
    {
        var digest = RevocationKey.Of(RevocationKind.Sid, "issuer", "session");
        var entry =
            RevocationEntry.OfDigest(RevocationKind.Sid, digest, 7, before, Enum.Parse<RevocationOperation>(operation), "lost", "gateway");

        RevocationFields.TryRead([.. RevocationFields.Write(entry).Cast<string>()], out var read).ShouldBeTrue();

        read.ShouldBe(entry);
        read.Key.ShouldBe(digest);
    }

    [Fact]
    public void Digest_counts_only_without_an_issuer_and_only_when_it_is_one()
    {
        var digest = RevocationKey.Of(RevocationKind.Jti, "issuer", "other").ToString();

        RevocationFields.TryRead(
            ["kind", "jti", "issuer", "issuer", "value", "a", "digest", digest, "expires", "1"], out var named).ShouldBeTrue();
        named.ShouldBe(new RevocationEntry(RevocationKind.Jti, "issuer", "a", 1));
        RevocationFields.TryRead(["kind", "jti", "digest", digest + "A", "expires", "1"], out _).ShouldBeFalse();
        RevocationFields.TryRead(["kind", "jti", "digest", "", "expires", "1"], out _).ShouldBeFalse();
    }

    [Fact]
    public void Operation_and_value_of_an_issuer_may_be_left_out()
    {
        RevocationFields.TryRead(["kind", "issuer", "issuer", "x", "expires", "1", "unknown", "field"], out var entry).ShouldBeTrue();

        entry.ShouldBe(new RevocationEntry(RevocationKind.Issuer, "x", "x", 1));
    }

    [Theory]
    [InlineData("kind")]
    [InlineData("issuer")]
    [InlineData("value")]
    [InlineData("expires")]
    public void Entry_without_a_required_field_is_none(string missing)
    {
        string[] fields = [.. Required.Where(name => name != missing).SelectMany(name => new[] { name, name == "kind" ? "jti" : "1" })];

        RevocationFields.TryRead(fields, out _).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_at_all_is_none()
    {
        RevocationFields.TryRead(null, out _).ShouldBeFalse();
        RevocationFields.TryRead(["kind"], out _).ShouldBeFalse();
        RevocationFields.TryRead([null, null], out _).ShouldBeFalse();
    }
}
