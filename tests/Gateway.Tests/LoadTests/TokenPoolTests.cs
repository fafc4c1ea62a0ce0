using FsCheck;
using FsCheck.Fluent;
using Gateway.LoadTests.Scenarios;
using Gateway.Testing;

namespace Gateway.Tests.LoadTests;

/// <summary>Which token a request of the load tests carries.</summary>
public sealed class TokenPoolTests
{
    private int _made;

    [Fact]
    public async Task Tokens_are_taken_in_turn()
    {
        var pool = await FillAsync(3);

        string[] taken = [.. Enumerable.Range(0, 7).Select(_ => pool.Take())];

        taken.ShouldBe(["1", "2", "3", "1", "2", "3", "1"]);
    }

    [Fact]
    public async Task Token_that_has_been_in_use_longest_is_replaced_first()
    {
        var pool = await FillAsync(3);

        await pool.ReplaceOneAsync(CancellationToken.None);
        await pool.ReplaceOneAsync(CancellationToken.None);

        string[] taken = [.. Enumerable.Range(0, 3).Select(_ => pool.Take())];
        taken.ShouldBe(["4", "5", "3"]);
    }

    [Fact]
    public async Task All_can_be_replaced()
    {
        var pool = await FillAsync(2);

        await pool.ReplaceAllAsync(CancellationToken.None);

        string[] taken = [pool.Take(), pool.Take()];
        taken.ShouldBe(["3", "4"]);
    }

    [Fact]
    public void Spoilt_token_differs_in_its_signature_only_whatever_the_variant()
    {
        using var key = SigningKey.Ec();
        var token = new TokenBuilder(key, "https://idp.test", algorithm: "ES256").Build();
        var signature = token.LastIndexOf('.') + 1;

        Prop.ForAll<NonNegativeInt>(variant =>
        {
            var spoilt = TokenPool.Spoil(token, variant.Get);
            return spoilt.Length == token.Length && spoilt[..signature] == token[..signature] && spoilt[signature..] != token[signature..];
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Many_spoilt_tokens_are_all_different()
    {
        using var key = SigningKey.Ec();
        var token = new TokenBuilder(key, "https://idp.test", algorithm: "ES256").Build();

        Enumerable.Range(0, 10_000).Select(variant => TokenPool.Spoil(token, variant)).Distinct().Count().ShouldBe(10_000);
    }

    [Fact]
    public void Command_gets_the_token_and_its_id()
    {
        using var key = SigningKey.Ec();
        var token = new TokenBuilder(key, "https://idp.test", algorithm: "ES256").With("jti", "t-1").Build();

        OutsideActions.Fill("revoke {jti} of {token}", token).ShouldBe($"revoke t-1 of {token}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.%%.c")]
    [InlineData("a.bm90IGpzb24.c")]
    public void What_is_no_token_has_no_id(string text)
    {
        TokenId.Read(text).ShouldBeNull();
    }

    private Task<TokenPool> FillAsync(int count) =>
        TokenPool.FillAsync(count, _ => Task.FromResult($"{++_made}"), CancellationToken.None);
}
