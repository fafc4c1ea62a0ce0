using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Jose.Encryption;
using Gateway.Tokens.Decryption;

namespace Gateway.Explanation;

/// <summary>An encrypted token in words. Neither keys nor the content are ever shown.</summary>
internal static class EncryptionText
{
    /// <summary>Whether one of the gateway's keys decrypts the token.</summary>
    /// <param name="text">The encrypted token as it came.</param>
    public static ExplainedCheck OfDecryption(ReadOnlySpan<char> text, IssuerDirectory issuers, in DecryptedToken decrypted)
    {
        // The keys of all issuers, because the issuer of an encrypted token is unknown.
        var keys = issuers.Decryptions.SelectMany(file => file.Current.Keys).Select(
            key => $"{key.KeyId ?? "without kid"} ({string.Join("/", key.Algorithms)})");
        var expected = $"five parts that decrypt with a key of Keys:DecryptionFile: {Shown.List(keys)}";
        if (decrypted.Keys is not null)
        {
            return new ExplainedCheck(
                CheckName.Decryption, CheckOutcome.Passed, expected,
                "they do; the checks that follow are those of the signed token inside");
        }

        if (decrypted.Reason != RejectionReason.Undecryptable)
        {
            var form = FormText.OfForm(text, decrypted.Reason);
            return new ExplainedCheck(CheckName.Decryption, CheckOutcome.Failed, expected, form.Found, form.Cure, decrypted.Reason);
        }

        // A request gets one reason for every failure of decryption, so that a client cannot use the gateway as a padding or decryption
        // oracle. This text goes to an operator and tells more: whether the header or the key is the cause.
        var isReadable = EncryptedToken.TrySplit(text, out var token, out _) & EncryptionHeader.TryRead(token, out var header);
        return new ExplainedCheck(
            CheckName.Decryption, CheckOutcome.Failed, expected,
            isReadable
                ? $"alg {header.KeyManagement.Name}, enc {header.ContentEncryption.Name}, kid {Shown.Text(header.KeyId)}: no key " +
                    "decrypts it"
                : "a header, or parts beside it, that the gateway does not take",
            isReadable
                ? "See that the issuer encrypts with the public part of one of these keys, and that the token is whole."
                : $"Have the issuer encrypt with alg {Names(EncryptionAlgorithms.KeyManagements.Select(each => each.Name))} and enc "
                + $"{Names(EncryptionAlgorithms.ContentEncryptions.Select(each => each.Name))}, with cty JWT, at+jwt or none, without " +
                    "zip and crit.",
            RejectionReason.Undecryptable);
    }

    /// <summary>
    /// The issuer of the signed token must be one that encrypts for the same keys. The issuer is known only after decryption, and every
    /// client can encrypt with a public key that is meant for another issuer.
    /// </summary>
    public static ExplainedCheck OfOwner(IssuerProfile issuer, in DecryptedToken decrypted)
    {
        var expected = $"the token inside is from an issuer whose Keys:DecryptionFile has the key";
        return issuer.Decryption == decrypted.Keys
            ? new ExplainedCheck(CheckName.DecryptionIssuer, CheckOutcome.Passed, expected, $"issuer \"{issuer.Name}\" has")
            : new ExplainedCheck(
                CheckName.DecryptionIssuer, CheckOutcome.Failed, expected, $"issuer \"{issuer.Name}\" has not",
                $"If this issuer encrypts its tokens, name the file in {IssuerSetting.PathOf(issuer, "Keys:DecryptionFile")}.",
                RejectionReason.Undecryptable);
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);
}
