using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Authentication;

/// <summary>What a hit in the cache checks again, and what first uses cost.</summary>
public sealed class AuthenticatorTests : IDisposable
{
    private readonly AuthenticatorBench _bench = new();

    private Shop Shop => _bench.Shop;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Known_token_is_decided_at_once_while_signatures_wait_in_line()
    {
        var known = Shop.Token().Build();
        (await _bench.DecideAsync(known)).ShouldBeNull();
        var places = await _bench.TakeBudgetAsync();

        var hit = _bench.AuthenticateAsync(known);
        var first = _bench.AuthenticateAsync(Shop.Token().With("jti", "new").Build());

        hit.IsCompletedSuccessfully.ShouldBeTrue();
        first.IsCompleted.ShouldBeFalse();
        AuthenticatorBench.FreeBudget(places);
        (await first).Token.ShouldNotBeNull();
    }

    [Fact]
    public async Task Thousand_first_uses_at_once_cost_one_verification()
    {
        var token = Shop.Token().Build();
        var places = await _bench.TakeBudgetAsync();
        var uses = Enumerable.Range(0, 1000).Select(_ => _bench.AuthenticateAsync(token).AsTask()).ToList();

        AuthenticatorBench.FreeBudget(places);
        var outcomes = await Task.WhenAll(uses);

        // A second verification would have made a second token.
        outcomes.Select(outcome => outcome.Token.ShouldNotBeNull()).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task First_use_whose_client_leaves_does_not_spoil_it_for_the_others()
    {
        var token = Shop.Token().Build();
        var places = await _bench.TakeBudgetAsync();
        using var leaving = new CancellationTokenSource();
        var first = _bench.Authenticator.AuthenticateAsync(token.AsMemory(), RoutePolicy.Authenticated, default, leaving.Token).AsTask();
        var second = _bench.AuthenticateAsync(token).AsTask();

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        AuthenticatorBench.FreeBudget(places);

        (await second).Token.ShouldNotBeNull();
    }

    [Fact]
    public async Task Good_token_that_is_never_kept_makes_up_for_no_bad_signature()
    {
        var large = Shop.Token().With("sub", new string('s', 5000)).Build();
        var parts = Shop.Token().Build().Split('.');
        for (var i = 0; i < VerificationBudget.Flood; i++)
        {
            (await _bench.DecideAsync(large)).ShouldBe(RejectionReason.TooLarge);
            (await _bench.DecideAsync($"{parts[0]}.{parts[1]}.{Signature(i)}")).ShouldBe(RejectionReason.BadSignature);
        }

        var places = await _bench.TakePlacesAsync();
        var next = _bench.AuthenticateAsync(Shop.Token().With("jti", "new").Build());

        next.IsCompleted.ShouldBeFalse();
        AuthenticatorBench.FreeBudget(places);
        (await next).Token.ShouldNotBeNull();
    }

    [Fact]
    public async Task Line_for_signatures_is_bounded_and_the_rest_is_told_to_come_again()
    {
        const int longest = 2000;
        var places = await _bench.TakeBudgetAsync();
        var tokens = Shop.Token().Build().Split('.');
        // Each its own token, so that none waits for another's answer.
        var line =
            Enumerable.Range(0, longest).Select(i => _bench.AuthenticateAsync($"{tokens[0]}.{tokens[1]}.{Signature(i)}").AsTask()).ToList();

        var late = await _bench.DecideAsync(Shop.Token().With("jti", "late").Build());
        AuthenticatorBench.FreeBudget(places);
        var outcomes = await Task.WhenAll(line);

        late.ShouldBe(RejectionReason.KeysUnavailable);
        outcomes.Select(outcome => outcome.Rejection!.Reason).Distinct().ShouldBe([RejectionReason.BadSignature]);
    }

    [Fact]
    public async Task Rejection_is_never_kept()
    {
        var token = Shop.TokenSignedBy(SigningKey.Rsa("later")).Build();
        var outcome = await _bench.DecideAsync(Shop.Token().Build()[..^4] + "AAAA");

        outcome.ShouldBe(RejectionReason.BadSignature);
        (await _bench.DecideAsync(token)).ShouldNotBeNull();
        _bench.Cache.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Known_token_expires_to_the_second()
    {
        var token = Shop.Token().Build();
        (await _bench.DecideAsync(token)).ShouldBeNull();
        var left = Shop.Accept(Shop.Token()).ExpiresAt + 60 - Shop.Clock.UnixSeconds;

        Shop.Clock.Advance(TimeSpan.FromSeconds(left - 1));
        _bench.Revocations.MarkRead(_bench.Shop.Clock.GetTimestamp());
        (await _bench.DecideAsync(token)).ShouldBeNull();
        Shop.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _bench.DecideAsync(token)).ShouldBe(RejectionReason.Expired);
    }

    [Fact]
    public async Task Known_token_is_rejected_with_the_swap_that_takes_its_key_away()
    {
        var token = Shop.Token().Build();
        (await _bench.DecideAsync(token)).ShouldBeNull();

        Shop.Publish(SigningKey.Rsa("another").ToJwk());

        (await _bench.DecideAsync(token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Known_token_is_rejected_when_its_key_id_names_another_key_now()
    {
        var token = Shop.Token().Build();
        (await _bench.DecideAsync(token)).ShouldBeNull();

        Shop.Publish(SigningKey.Rsa(TestKeys.Rsa.KeyId).ToJwk());

        (await _bench.DecideAsync(token)).ShouldBe(RejectionReason.BadSignature);
    }

    [Fact]
    public async Task Known_token_needs_no_new_signature_check_when_its_key_is_published_again()
    {
        var token = Shop.Token().Build();
        var before = await _bench.AuthenticateAsync(token);

        Shop.Publish(SigningKey.Rsa("another").ToJwk(), TestKeys.Rsa.ToJwk());
        var after = await _bench.AuthenticateAsync(token);

        after.Token.ShouldBeSameAs(before.Token.ShouldNotBeNull());
    }

    [Fact]
    public async Task Known_token_is_rejected_when_all_keys_are_too_old()
    {
        var token = Shop.Token().Build();
        (await _bench.DecideAsync(token)).ShouldBeNull();

        Shop.Profile.Keys.Expire();

        (await _bench.DecideAsync(token)).ShouldBe(RejectionReason.KeysUnavailable);
    }

    [Fact]
    public async Task Known_token_is_looked_up_again_when_the_revocation_list_changes()
    {
        var token = Shop.Token().With("jti", "gone").Build();
        (await _bench.DecideAsync(token)).ShouldBeNull();
        var entry = new RevocationEntry(RevocationKind.Jti, Shop.Issuer, "gone", Shop.Clock.UnixSeconds + 600);

        _bench.Revocations.Set.Apply(entry);
        (await _bench.DecideAsync(token)).ShouldBe(RejectionReason.Revoked);
        (await _bench.DecideAsync(token)).ShouldBe(RejectionReason.Revoked);
        _bench.Revocations.Set.Apply(entry with { Operation = RevocationOperation.Restore });
        (await _bench.DecideAsync(token)).ShouldBeNull();
    }

    [Fact]
    public async Task Known_token_is_undecidable_once_the_revocation_list_is_too_old()
    {
        var token = Shop.Token().Build();
        (await _bench.DecideAsync(token)).ShouldBeNull();

        Shop.Clock.Advance(TimeSpan.FromSeconds(11));

        (await _bench.DecideAsync(token)).ShouldBe(RejectionReason.RevocationUnavailable);
    }

    private static string Signature(int number) => $"{number:d8}{new string('A', 334)}";
}
