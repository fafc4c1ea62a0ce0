using Gateway.Jose;

namespace Gateway.Tests.Tokens;

/// <summary>
/// What one hostile token may cost. Counted in bytes allocated by the thread, which is exact, where time would be a guess; the line
/// is a hundred times the input.
/// </summary>
public sealed class SizeTests
{
    private const int MaxLength = CompactToken.MaxLength;

    private readonly Shop _shop = new();

    [Fact]
    public void Token_of_the_largest_size_is_accepted_and_one_character_more_is_too_large()
    {
        var token = Padded(MaxLength);

        _shop.Decide(token).ShouldBe(Shop.Accepted);
        _shop.Decide(token + "A").ShouldBe("too_large");
    }

    [Theory]
    [InlineData(1024, Shop.Accepted)]
    [InlineData(1025, "too_large")]
    [InlineData(4096, "too_large")]
    public void Header_is_decoded_up_to_1024_bytes(int length, string decision)
    {
        var header = _shop.Token().Header.ToJsonString();

        _shop.Decide(_shop.Token().WithHeaderJson(header.PadRight(length))).ShouldBe(decision);
    }

    [Fact]
    public void Ten_megabytes_are_rejected_before_anything_is_copied()
    {
        var token = _shop.Token().Build() + new string('A', 10_000_000);

        AllocatedBy(token, "too_large").ShouldBeLessThan(1024);
    }

    [Fact]
    public void Ten_megabytes_of_dots_are_rejected_before_anything_is_copied()
    {
        AllocatedBy(new string('.', 10_000_000), "too_large").ShouldBeLessThan(1024);
        AllocatedBy(new string('.', MaxLength), "malformed").ShouldBeLessThan(1024);
    }

    [Fact]
    public void Hundred_thousand_nested_arrays_are_too_large()
    {
        var token = _shop.Token().WithClaimsJson($"{{\"a\":{new string('[', 100_000)}{new string(']', 100_000)}}}").Build();

        AllocatedBy(token, "too_large").ShouldBeLessThan(1024);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Nesting_to_the_largest_size_is_rejected_at_bounded_cost(string open, string close)
    {
        var depth = 11_000 / (open.Length + close.Length);
        var json = $"{{\"a\":{string.Concat(Enumerable.Repeat(open, depth))}1{string.Concat(Enumerable.Repeat(close, depth))}}}";
        var token = _shop.Token().WithClaimsJson(json).Build();

        AllocatedBy(token, "malformed").ShouldBeLessThan(100L * token.Length);
    }

    [Theory]
    [InlineData(15, Shop.Accepted)]
    [InlineData(16, "malformed")]
    [InlineData(64, "malformed")]
    public void Claims_nest_to_a_depth_of_16(int arrays, string decision)
    {
        _shop.DecideClaim("nested", new string('[', arrays) + new string(']', arrays)).ShouldBe(decision);
    }

    [Fact]
    public void Number_of_a_hundred_thousand_digits_is_too_large()
    {
        var token = _shop.Token().WithClaimsJson($"{{\"exp\":{new string('9', 100_000)}}}").Build();

        AllocatedBy(token, "too_large").ShouldBeLessThan(1024);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.")]
    [InlineData("-")]
    public void Longest_number_that_fits_costs_little(string sign)
    {
        var number = sign + new string('1', 11_000);
        var claims = _shop.Token().Without("exp").Claims.ToJsonString();
        var token = _shop.Token().WithClaimsJson($"{claims[..^1]},\"exp\":{number}}}").Build();

        AllocatedBy(token, sign == "0." ? "expired" : "bad_claim").ShouldBeLessThan(100L * token.Length);
    }

    [Fact]
    public void As_many_claims_as_fit_cost_little()
    {
        var claims = string.Join(',', Enumerable.Range(0, 1400).Select(i => $"\"{i:x}\":0"));
        var token = _shop.Token().WithClaimsJson($"{{{claims}}}").Build();

        AllocatedBy(token, "missing_claim").ShouldBeLessThan(100L * token.Length);
    }

    [Fact]
    public void As_many_audiences_as_fit_cost_little()
    {
        var audiences = string.Join(',', Enumerable.Repeat("\"a\"", 2_900));
        var claims = _shop.Token().Without("aud").Claims.ToJsonString();
        var token = _shop.Token().WithClaimsJson($"{claims[..^1]},\"aud\":[{audiences}]}}").Build();

        AllocatedBy(token, "wrong_audience").ShouldBeLessThan(100L * token.Length);
    }

    [Fact]
    public void Escapes_in_every_claim_cost_little()
    {
        var text = string.Concat(Enumerable.Repeat("\\u0041", 1_800));
        var token = _shop.Token().WithClaimsJson($"{{\"iss\":\"{text}\"}}").Build();

        AllocatedBy(token, "unknown_issuer").ShouldBeLessThan(100L * token.Length);
    }

    [Fact]
    public void Forged_signature_of_the_largest_size_costs_little()
    {
        var parts = _shop.Token().Build().Split('.');
        var token = $"{parts[0]}.{parts[1]}.".PadRight(MaxLength / 4 * 4, 'A');
        token = token[..^((token.Length - parts[0].Length - parts[1].Length - 2) % 4)];

        AllocatedBy(token, "bad_signature").ShouldBeLessThan(100L * token.Length);
    }

    private string Padded(int length)
    {
        // base64url grows by four characters for three bytes, and a dot each; the last characters are found by trying.
        for (var filler = length / 2; ; filler++)
        {
            foreach (var header in new[] { "", "x", "xx", "xxx" })
            {
                var token = _shop.Token().WithHeader("filler", header).With("filler", new string('x', filler)).Build();
                if (token.Length == length)
                {
                    return token;
                }

                if (token.Length < length - 64)
                {
                    filler += (length - token.Length - 32) * 3 / 4;
                    break;
                }
            }

            filler.ShouldBeLessThan(length);
        }
    }

    private long AllocatedBy(string token, string decision)
    {
        // The first run pays for what is made once: compiled code, pooled buffers.
        _shop.Decide(token).ShouldBe(decision);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _shop.ValidateAlone(token);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
