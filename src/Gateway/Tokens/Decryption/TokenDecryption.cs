using System.Text;
using Gateway.Issuers;
using Gateway.Issuers.Decryption;
using Gateway.Jose;
using Gateway.Jose.Encryption;

namespace Gateway.Tokens.Decryption;

/// <summary>The signed JWT that was inside an encrypted token, or why there is none.</summary>
/// <param name="Signed">Not verified: every client can encrypt for us.</param>
/// <param name="Keys">The file whose key it was encrypted for; only issuers with this file may have signed it.</param>
internal readonly record struct DecryptedToken(ReadOnlyMemory<char> Signed, DecryptionKeys? Keys, RejectionReason Reason);

/// <summary>
/// Decrypts access tokens (JWE, RFC 7516) for the issuers that have a <c>DecryptionFile</c>. The issuer stands inside, so the keys of all
/// of them are candidates; the token's <c>kid</c> and algorithm choose, and at most <see cref="MostTries"/> are tried. All failures after
/// the form give one reason.
/// </summary>
internal static class TokenDecryption
{
    public const int MostTries = 4;

    public static async ValueTask<DecryptedToken> DecryptAsync(
        ReadOnlyMemory<char> text, IssuerDirectory issuers, CancellationToken cancellationToken)
    {
        if (!TryBegin(text.Span, out var header, out var reason))
        {
            return Rejected(reason);
        }

        string? token = null;
        foreach (var (keys, key) in Candidates(issuers, header))
        {
            using var place = await keys.Budget.EnterAsync(cancellationToken);
            if (!place.IsTaken)
            {
                return Rejected(RejectionReason.KeysUnavailable);
            }

            if (key.Decrypt(token ??= text.ToString(), header) is { } content)
            {
                return new DecryptedToken(CharactersOf(content), keys, default);
            }

            keys.Budget.Count(isGood: false);
        }

        return Rejected(RejectionReason.Undecryptable);
    }

    /// <summary>The same for an explanation, whose caller is not limited.</summary>
    public static DecryptedToken Decrypt(string text, IssuerDirectory issuers)
    {
        if (!TryBegin(text, out var header, out var reason))
        {
            return Rejected(reason);
        }

        foreach (var (keys, key) in Candidates(issuers, header))
        {
            if (key.Decrypt(text, header) is { } content)
            {
                return new DecryptedToken(CharactersOf(content), keys, default);
            }
        }

        return Rejected(RejectionReason.Undecryptable);
    }

    private static bool TryBegin(ReadOnlySpan<char> text, out EncryptionHeader header, out RejectionReason reason)
    {
        header = null!;
        if (!EncryptedToken.TrySplit(text, out var token, out reason))
        {
            return false;
        }

        reason = RejectionReason.Undecryptable;
        return EncryptionHeader.TryRead(token, out header);
    }

    private static IEnumerable<(DecryptionKeys Keys, DecryptionKey Key)> Candidates(IssuerDirectory issuers, EncryptionHeader header) =>
        issuers.Decryptions.SelectMany(keys => keys.Current.Keys, (keys, key) => (Keys: keys, Key: key))
            .Where(candidate => candidate.Key.Fits(header))
            // A key that the token names goes before one without an id.
            .OrderByDescending(candidate => candidate.Key.KeyId is not null && candidate.Key.KeyId == header.KeyId)
            .Take(MostTries);

    // A byte that is not ASCII becomes a character that no token has.
    private static ReadOnlyMemory<char> CharactersOf(byte[] content) => Encoding.Latin1.GetString(content).AsMemory();

    private static DecryptedToken Rejected(RejectionReason reason) => new(default, null, reason);
}
