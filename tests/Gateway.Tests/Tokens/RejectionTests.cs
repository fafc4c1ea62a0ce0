using Gateway.Jose;

namespace Gateway.Tests.Tokens;

/// <summary>The closed list of rejections is public: a client sees status and error, an operator the tag.</summary>
public sealed class RejectionTests
{
    private static readonly Dictionary<string, (int Status, string? Error)> Contract = new()
    {
        ["missing"] = (401, null),
        ["malformed"] = (401, "invalid_token"),
        ["too_large"] = (401, "invalid_token"),
        ["multiple_tokens"] = (400, "invalid_request"),
        ["unsupported_algorithm"] = (401, "invalid_token"),
        ["wrong_type"] = (401, "invalid_token"),
        ["unknown_issuer"] = (401, "invalid_token"),
        ["unknown_key"] = (401, "invalid_token"),
        ["bad_signature"] = (401, "invalid_token"),
        ["expired"] = (401, "invalid_token"),
        ["not_yet_valid"] = (401, "invalid_token"),
        ["lifetime_too_long"] = (401, "invalid_token"),
        ["wrong_audience"] = (401, "invalid_token"),
        ["missing_claim"] = (401, "invalid_token"),
        ["bad_claim"] = (401, "invalid_token"),
        ["insufficient_scope"] = (403, "insufficient_scope"),
        ["claim_mismatch"] = (403, "insufficient_scope"),
        ["revoked"] = (401, "invalid_token"),
        ["keys_unavailable"] = (503, null),
        ["revocation_unavailable"] = (503, null),
        ["insufficient_authentication"] = (401, "insufficient_user_authentication"),
        ["proof_missing"] = (401, "invalid_token"),
        ["bad_proof"] = (401, "invalid_dpop_proof"),
        ["proof_nonce"] = (401, "use_dpop_nonce"),
        ["exchange_unavailable"] = (503, null),
        ["undecryptable"] = (401, "invalid_token"),
        ["inactive"] = (401, "invalid_token"),
        ["introspection_unavailable"] = (503, null),
    };

    public static TheoryData<string> Reasons => [.. Enum.GetNames<RejectionReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_its_row(string name)
    {
        var rejection = Rejections.Of(Enum.Parse<RejectionReason>(name));

        rejection.Tag.Replace("_", "", StringComparison.Ordinal)
            .Equals(name, StringComparison.OrdinalIgnoreCase)
            .ShouldBeTrue(rejection.Tag);
        Contract.ShouldContainKey(rejection.Tag);
        (rejection.Status, rejection.Error).ShouldBe(Contract[rejection.Tag]);
        rejection.Meaning.ShouldEndWith(".");
    }

    [Fact]
    public void Every_row_of_the_contract_has_a_reason()
    {
        Enum.GetValues<RejectionReason>().Select(reason => Rejections.Of(reason).Tag).ShouldBe(Contract.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Absence_of_a_reason_is_no_reason()
    {
        Enum.IsDefined(default(RejectionReason)).ShouldBeFalse();
    }
}
