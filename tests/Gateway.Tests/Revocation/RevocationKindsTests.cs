using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Revocation;

/// <summary>A token's names are hashed when the list has its first entry of the kind, perhaps long after the token came.</summary>
public sealed class RevocationKindsTests
{
    private readonly Shop _shop = new();
    private readonly RevocationSet _set = new();

    public static TheoryData<string> Kinds => [.. Enum.GetNames<RevocationKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Token_that_was_asked_about_is_revoked_by_the_first_entry_of_another_kind(string kind)
    {
        var text = _shop.Token().With("jti", "token-1").With("sub", "alice").With("sid", "session-1").With("client_id", "shop-web").Build();
        var token = _shop.Validate(text).Token.ShouldNotBeNull();
        var chosen = Enum.Parse<RevocationKind>(kind);
        foreach (var other in Enum.GetValues<RevocationKind>().Where(other => other != chosen))
        {
            _set.Apply(Entry(other, "of somebody else"));
            _set.IsRevoked(token).ShouldBeFalse();
        }

        _set.Apply(Entry(chosen, chosen switch
        {
            RevocationKind.Jti => "token-1",
            RevocationKind.Sub => "alice",
            RevocationKind.Sid => "session-1",
            RevocationKind.Client => "shop-web",
            RevocationKind.Issuer => Shop.Issuer,
            _ => RevocationKeys.HashOf(text),
        }));

        _set.IsRevoked(token).ShouldBeTrue();
    }

    [Fact]
    public void Names_are_hashed_when_their_kind_is_in_the_list_and_kept()
    {
        var token = _shop.Accept(_shop.Token());
        RevocationKeys? keys = null;

        _set.Apply(Entry(RevocationKind.Sub, "of somebody else"));
        _set.IsRevoked(token, ref keys).ShouldBeFalse();
        keys.ShouldNotBeNull().TokenId.ShouldBeNull();
        _set.Apply(Entry(RevocationKind.Jti, "of somebody else"));
        _set.IsRevoked(token, ref keys).ShouldBeFalse();
        keys.ShouldNotBeNull().TokenId.ShouldNotBeNull();
        keys.Subject.ShouldNotBeNull();
        var both = keys;
        _set.IsRevoked(token, ref keys).ShouldBeFalse();
        keys.ShouldBeSameAs(both);
    }

    private RevocationEntry Entry(RevocationKind kind, string value) => new(kind, Shop.Issuer, value, _shop.Clock.UnixSeconds + 600);
}
