using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using Gateway.Jose;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Revocation;

/// <summary>What a revocation names, and for how long it holds.</summary>
public sealed class RevocationSetTests
{
    private const string Other = "https://idp.example.com/realms/other";

    private readonly Shop _shop = new();
    private readonly RevocationSet _set = new();

    private long Now => _shop.Clock.UnixSeconds;

    public static TheoryData<string, string> Names => new()
    {
        { "Jti", "token-1" },
        { "Sub", "alice" },
        { "Sid", "session-1" },
        { "Client", "shop-web" },
        { "Issuer", Shop.Issuer },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Token_is_revoked_by_each_name_it_has(string kind, string value)
    {
        _set.Apply(Entry(kind, value));

        IsRevoked().ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Name_of_another_issuer_another_kind_or_another_value_is_another_name(string kind, string value)
    {
        _set.Apply(Entry(kind, value) with { Issuer = Other });
        _set.Apply(Entry(kind, value + "x"));
        _set.Apply(Entry(kind, value.ToUpperInvariant()));
        foreach (var different in Enum.GetNames<RevocationKind>().Where(name => name != kind))
        {
            _set.Apply(Entry(different, value));
        }

        IsRevoked().ShouldBeFalse();
    }

    [Fact]
    public void Token_without_id_is_revoked_by_its_hash()
    {
        var text = _shop.Token().Without("jti").Build();
        var other = _shop.Token().Without("jti").With("sub", "bob").Build();
        _set.Apply(Entry("Token", RevocationKeys.HashOf(text)));

        IsRevoked(text).ShouldBeTrue();
        IsRevoked(other).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("__________________________________________________________________________________________8")]
    public void Signature_that_cannot_be_one_has_no_other_spelling(string signature)
    {
        var algorithm = SignatureAlgorithms.Of(SignatureAlgorithm.ES256);

        EcdsaTwin.Of(System.Text.Encoding.ASCII.GetBytes($"e30.e30.{signature}"), algorithm).ShouldBeNull();
    }

    [Fact]
    public async Task Only_entry_is_never_missed_while_its_expiry_moves()
    {
        var token = _shop.Accept(_shop.Token().With("jti", "only"));
        var now = _shop.Clock.UnixSeconds;
        _set.Apply(new RevocationEntry(RevocationKind.Jti, Shop.Issuer, "only", now + 600));
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var missed = 0;
            while (!stop.IsCancellationRequested)
            {
                missed += _set.IsRevoked(token) ? 0 : 1;
            }

            return missed;
        });

        for (var minute = 0; minute < 20_000; minute++)
        {
            _set.Apply(new RevocationEntry(RevocationKind.Jti, Shop.Issuer, "only", now + 600 + (60L * minute)));
        }

        await stop.CancelAsync();
        (await reader).ShouldBe(0);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public void Token_revoked_by_its_hash_does_not_come_back_in_its_other_spelling(string algorithm)
    {
        var text = _shop.Token(algorithm).Without("jti").Build();
        var twin = TwinOf(text, TestKeys.For(algorithm));
        IsRevoked(twin).ShouldBeFalse();

        _set.Apply(Entry("Token", RevocationKeys.HashOf(text)));

        twin.ShouldNotBe(text);
        IsRevoked(text).ShouldBeTrue();
        IsRevoked(twin).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Sub", "alice")]
    [InlineData("Sid", "session-1")]
    [InlineData("Client", "shop-web")]
    [InlineData("Issuer", Shop.Issuer)]
    public void Cut_off_rejects_tokens_up_to_and_including_its_second(string kind, string value)
    {
        _set.Apply(Entry(kind, value) with { Before = Now });

        IsRevoked(issuedAt: Now - 1).ShouldBeTrue();
        IsRevoked(issuedAt: Now).ShouldBeTrue();
        IsRevoked(issuedAt: Now + 0.9).ShouldBeTrue();
        IsRevoked(issuedAt: Now + 1).ShouldBeFalse();
        IsRevoked(issuedAt: null).ShouldBeTrue();
    }

    [Fact]
    public void Cut_off_does_not_count_for_a_single_token()
    {
        _set.Apply(Entry("Jti", "token-1") with { Before = Now - 3600 });

        IsRevoked().ShouldBeTrue();
    }

    [Fact]
    public void Later_cut_off_wins_in_whichever_order()
    {
        _set.Apply(Entry("Sub", "alice") with { Before = Now });
        _set.Apply(Entry("Sub", "alice") with { Before = Now - 100 });
        IsRevoked(issuedAt: Now - 50).ShouldBeTrue();

        _set.Apply(Entry("Sub", "alice") with { Before = Now + 50 });
        IsRevoked(issuedAt: Now + 50).ShouldBeTrue();
    }

    [Fact]
    public void Restore_takes_back_exactly_its_name()
    {
        _set.Apply(Entry("Sub", "alice"));
        _set.Apply(Entry("Jti", "token-1"));

        _set.Apply(Entry("Jti", "token-1") with { Operation = RevocationOperation.Restore });
        IsRevoked().ShouldBeTrue();
        _set.Apply(Entry("Sub", "alice") with { Operation = RevocationOperation.Restore });
        IsRevoked().ShouldBeFalse();
        _set.Count.ShouldBe(0);
    }

    [Fact]
    public void Restored_name_can_be_revoked_again()
    {
        _set.Apply(Entry("Sub", "alice"));
        _set.Apply(Entry("Sub", "alice") with { Operation = RevocationOperation.Restore });
        _set.Apply(Entry("Sub", "alice"));

        IsRevoked().ShouldBeTrue();
    }

    [Fact]
    public void Entry_is_kept_as_long_as_the_largest_skew_may_keep_its_token_alive()
    {
        _set.Apply(Entry("Jti", "token-1") with { Expires = Now });

        _set.ForgetExpired(_shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(5));
        IsRevoked().ShouldBeTrue();
        // Expiry is kept in whole minutes, rounded up.
        _set.ForgetExpired(_shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(6));
        IsRevoked().ShouldBeFalse();
        _set.Count.ShouldBe(0);
    }

    [Fact]
    public void Shorter_expiry_of_a_second_entry_does_not_end_the_first_early()
    {
        _set.Apply(Entry("Jti", "token-1") with { Expires = Now + 3600 });
        _set.Apply(Entry("Jti", "token-1") with { Expires = Now });

        _set.ForgetExpired(_shop.Clock.GetUtcNow() + TimeSpan.FromMinutes(30));
        IsRevoked().ShouldBeTrue();
    }

    [Fact]
    public void Clock_that_jumped_ahead_for_a_moment_ends_no_revocation_written_after_it()
    {
        _set.ForgetExpired(_shop.Clock.GetUtcNow().AddDays(1));
        _set.Apply(Entry("Jti", "token-1"));

        _set.ForgetExpired(_shop.Clock.GetUtcNow());

        IsRevoked().ShouldBeTrue();
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(40_000_000_000)]
    public void Entry_that_expires_in_a_far_future_never_does(long expires)
    {
        _set.Apply(Entry("Jti", "token-1") with { Expires = expires });

        _set.ForgetExpired(DateTimeOffset.MaxValue);

        IsRevoked().ShouldBeTrue();
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(0)]
    public void Entry_that_expired_long_ago_is_gone_at_the_next_look(long expires)
    {
        _set.Apply(Entry("Jti", "token-1") with { Expires = expires });

        _set.ForgetExpired(_shop.Clock.GetUtcNow());

        IsRevoked().ShouldBeFalse();
        _set.Count.ShouldBe(0);
    }

    [Fact]
    public void Entries_are_counted_by_name()
    {
        _set.Apply(Entry("Jti", "a"));
        _set.Apply(Entry("Jti", "a"));
        _set.Apply(Entry("Jti", "b"));

        _set.Count.ShouldBe(2);
    }

    [Fact]
    public void Version_changes_with_what_is_rejected_and_with_nothing_else()
    {
        ChangesVersion(() => _set.Apply(Entry("Sub", "alice") with { Before = Now })).ShouldBeTrue();
        ChangesVersion(() => _set.Apply(Entry("Sub", "alice") with { Before = Now + 1 })).ShouldBeTrue();
        ChangesVersion(() => _set.Apply(Entry("Jti", "a"))).ShouldBeTrue();

        ChangesVersion(() => _set.Apply(Entry("Jti", "a"))).ShouldBeFalse();
        ChangesVersion(() => _set.Apply([])).ShouldBeFalse();
        ChangesVersion(() => _set.Apply(Entry("Jti", "a") with { Operation = RevocationOperation.Restore })).ShouldBeFalse();
        ChangesVersion(() => _set.ForgetExpired(_shop.Clock.GetUtcNow().AddDays(1))).ShouldBeFalse();
    }

    private bool ChangesVersion(Action change)
    {
        var before = _set.Version;
        change();
        return _set.Version != before;
    }

    private RevocationEntry Entry(string kind, string value) => new(Enum.Parse<RevocationKind>(kind), Shop.Issuer, value, Now + 3600);

    private bool IsRevoked() => IsRevoked(_shop.Token().With("jti", "token-1").With("sid", "session-1").Build());

    private bool IsRevoked(string text) => _set.IsRevoked(_shop.Validate(text).Token.ShouldNotBeNull());

    private bool IsRevoked(double? issuedAt)
    {
        var token = _shop.Token().With("sid", "session-1");
        return _set.IsRevoked(_shop.Accept(issuedAt is null ? token.Without("iat") : token.With("iat", issuedAt)));
    }

    /// <summary>(r, n - s) in place of (r, s), with the order as the platform's library knows it.</summary>
    private static string TwinOf(string token, SigningKey key)
    {
        var start = token.LastIndexOf('.') + 1;
        var signature = Base64Url.DecodeFromChars(token.AsSpan(start));
        var half = signature.Length / 2;
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportSubjectPublicKeyInfo(key.ExportPublicKey(), out _);
        var order = new BigInteger(
            ecdsa.ExportExplicitParameters(includePrivateParameters: false).Curve.Order!, isUnsigned: true, isBigEndian: true);
        var other = (
            order - new BigInteger(signature.AsSpan(half), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true,
            isBigEndian: true);
        return token[..start] + Base64Url.EncodeToString([.. signature.AsSpan(0, half), .. new byte[half - other.Length], .. other]);
    }
}
