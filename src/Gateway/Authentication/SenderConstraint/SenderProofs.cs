using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using Gateway.Foundation;
using Gateway.Jose;
using Gateway.Tokens;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Authentication.SenderConstraint;

/// <summary>
/// Checks that the sender of a request holds what its token is bound to: the key of a DPoP proof (RFC 9449 section 7.1) or the client
/// certificate (RFC 8705 section 3). It runs for each request of such a token, after everything else about the token is known to be good.
/// </summary>
internal sealed partial class SenderProofs(ProofReplays replays, ProofNonces nonces, TimeProvider time, ILogger<SenderProofs> logger)
{
    public const string NonceHeader = "DPoP-Nonce";

    /// <summary>The reason to reject the request, or null.</summary>
    public async ValueTask<RejectionReason?> CheckAsync(VerifiedToken token, SenderEvidence evidence, CancellationToken cancellationToken)
    {
        var fault = await FindFaultAsync(token, evidence, cancellationToken);
        if (fault == ProofFault.None)
        {
            return null;
        }

        var traits = ProofFaults.Of(fault);
        Rejected(logger, token.Token.Issuer.Name, traits.Meaning);
        return traits.Reason;
    }

    private async ValueTask<ProofFault> FindFaultAsync(VerifiedToken token, SenderEvidence evidence, CancellationToken cancellationToken)
    {
        var binding = token.Token.Binding;
        if (evidence.IsDpop && binding?.Key is null)
        {
            return ProofFault.Unbound;
        }

        if (binding?.Certificate is { } certificate && !HasCertificate(evidence, certificate))
        {
            return ProofFault.NoCertificate;
        }

        // RFC 9449 section 7.2: as a bearer token, a token that is bound to a key could be used by a thief.
        return binding?.Key is not { } thumbprint ? ProofFault.None
                : evidence is { IsDpop: true, Context: { } context }
                ? await CheckProofAsync(token, thumbprint, context, evidence, cancellationToken)
            : ProofFault.NoScheme;
    }

    private async ValueTask<ProofFault> CheckProofAsync(
        VerifiedToken token, byte[] thumbprint, HttpContext context, SenderEvidence evidence, CancellationToken cancellationToken)
    {
        if (evidence.Dpop.Nonce)
        {
            Offer(context, await nonces.CurrentAsync());
        }

        var sent = context.Request.Headers[DpopProof.Name];
        if (sent is not [{ } text])
        {
            return sent.Count == 0 ? ProofFault.NoProof : ProofFault.Several;
        }

        // In the order of the cost, so that a flood of bad proofs is rejected before the signature.
        var fault = Read(text, token, thumbprint, context, evidence, out var proof);
        if (fault != ProofFault.None)
        {
            return fault;
        }

        var id = ProofReplays.IdOf(proof!, thumbprint);
        if (replays.IsKnown(id, proof!))
        {
            return ProofFault.Used;
        }

        var verifications = token.Token.Issuer.Keys.Verifications;
        using (var place = await verifications.EnterAsync(cancellationToken))
        {
            if (!place.IsTaken)
            {
                return ProofFault.Busy;
            }

            fault = Verify(text, proof!, token);
        }

        if (fault == ProofFault.None && !await replays.TryUseAsync(id, proof!, evidence.Dpop.ProofLifetime, cancellationToken))
        {
            fault = ProofFault.Used;
        }

        // A good proof cannot come again, so each that makes up for a bad one has cost its sender a signature.
        verifications.Count(isGood: fault == ProofFault.None);
        return fault;
    }

    private ProofFault Read(
        string text, VerifiedToken token, byte[] thumbprint, HttpContext context, in SenderEvidence evidence, out DpopProof? proof)
    {
        if (!DpopProof.TryRead(text, out proof))
        {
            return ProofFault.Form;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Debug.Assert(hash.Length == MinimalJwk.ThumbprintLength, "One buffer for both hashes.");
        if (!evidence.Dpop.Algorithms.Contains(proof!.Algorithm.Algorithm))
        {
            return ProofFault.Algorithm;
        }

        if (!IsMethod(proof.Method, context))
        {
            return ProofFault.Method;
        }

        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        if (Math.Abs(now - proof.IssuedAt) > evidence.Dpop.ProofLifetime.TotalSeconds)
        {
            return ProofFault.Time;
        }

        if (!IsTarget(proof.Target, context, evidence.ForwardedPort))
        {
            return ProofFault.Target;
        }

        proof.Key.HashTo(hash);
        if (!hash.SequenceEqual(thumbprint))
        {
            return ProofFault.Key;
        }

        SHA256.HashData(token.Token.Text, hash);
        if (!proof.TokenHash.AsSpan().SequenceEqual(Base64Url.EncodeToString(hash)))
        {
            return ProofFault.TokenHash;
        }

        return evidence.Dpop.Nonce && !nonces.IsCurrent(proof.Nonce) ? ProofFault.Nonce : ProofFault.None;
    }

    private static ProofFault Verify(string text, DpopProof proof, VerifiedToken token) =>
        token.ProofKey(proof.Key) is not { } key || !key.Fits(proof.Algorithm) ? ProofFault.Algorithm
        : TokenParts.IsSigned(text, proof.Algorithm, key) ? ProofFault.None
        : ProofFault.Signature;

    /// <summary>
    /// The method of a WebSocket is GET here; over HTTP/2 the client may also name the CONNECT that it has sent (RFC 8441).
    /// </summary>
    private static bool IsMethod(string method, HttpContext context) =>
        method == context.Request.Method
        || (method == HttpMethods.Connect && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true });

    /// <summary>
    /// RFC 9449 section 4.3, step 9: the URL that the client has sent its request to, as far as trusted proxies report it.
    /// </summary>
    private static bool IsTarget(string target, HttpContext context, string? forwardedPort)
    {
        if (TargetUrl.Normalize(target) is not { } expected)
        {
            return false;
        }

        var request = context.Request;
        var authority = request.Headers.Host.ToString();
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = request.PathBase.HasValue ? request.PathBase.ToUriComponent() + PathOf(raw) : PathOf(raw);
        return expected == TargetUrl.Normalize(request.Scheme, authority, path)
            // Some proxies report the host without its port.
            || (forwardedPort is not null && !authority.AsSpan(authority.LastIndexOf(']') + 1).Contains(':')
                && expected == TargetUrl.Normalize(request.Scheme, $"{authority}:{forwardedPort}", path));
    }

    private static string PathOf(string rawTarget)
    {
        var start = 0;
        if (!rawTarget.StartsWith('/') && rawTarget.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme)
        {
            // A whole URL in HTTP/1.1.
            start = rawTarget.AsSpan(scheme + 3).IndexOfAny('/', '?') is >= 0 and var end ? scheme + 3 + end : rawTarget.Length;
        }

        var length = rawTarget.AsSpan(start).IndexOf('?');
        return length < 0 ? rawTarget[start..] : rawTarget.Substring(start, length);
    }

    private static bool HasCertificate(in SenderEvidence evidence, byte[] expected)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var isThere = evidence.ForwardedCertificate is { } header
            ? ForwardedCertificate.TryHash(header, hash)
            : evidence.Context?.Connection.ClientCertificate is { } certificate
                && certificate.TryGetCertHash(HashAlgorithmName.SHA256, hash, out _);
        return isThere && hash.SequenceEqual(expected);
    }

    /// <summary>On whatever response the request gets. A destination's nonce would mean nothing here, so it is replaced.</summary>
    private static void Offer(HttpContext context, string nonce) => context.Response.OnStarting(
        static state =>
        {
            var (response, text) = ((HttpResponse, string))state;
            response.Headers[NonceHeader] = text;
            return Task.CompletedTask;
        },
        (context.Response, nonce));

    [LoggerMessage(
        EventIds.ProofRejected, LogLevel.Debug,
        "A token of issuer {Issuer} was rejected because its sender has not proven to hold its key: {Reason}.")]
    private static partial void Rejected(ILogger logger, string issuer, string reason);
}
