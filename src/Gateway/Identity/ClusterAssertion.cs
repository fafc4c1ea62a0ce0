using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Gateway.Identity;

/// <summary>
/// Makes the assertions for the destinations of one cluster. An assertion is made once and used until a quarter of its lifetime is left, so
/// that a destination always receives one with at least that much. It ends with its token, or up to a quarter of the lifetime later.
/// </summary>
internal sealed class ClusterAssertion
{
    private readonly AssertionSettings _settings;
    private readonly AssertionKeys _keys;
    private readonly TimeProvider _time;
    private readonly byte[] _start;

    // Seconds.
    private readonly double _lifetime;
    private readonly double _reserve;

    public ClusterAssertion(AssertionSettings settings, string cluster, AssertionKeys keys, TimeProvider time)
    {
        (_settings, _keys, _time) = (settings, keys, time);
        _lifetime = Math.Ceiling(settings.Lifetime.TotalSeconds);
        _reserve = _lifetime / 4;
        var start = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(start))
        {
            json.WriteStartObject();
            json.WriteString("iss"u8, settings.Issuer);
            json.WriteString("aud"u8, settings.AudienceOf(cluster));
        }

        _start = start.WrittenSpan.ToArray();
    }

    public string Header => _settings.Header;

    /// <summary>The assertion of a token.</summary>
    /// <param name="claims">What <see cref="AssertedClaims"/> wrote for the token.</param>
    /// <param name="tokenEnd">The Unix second from which on the token is rejected.</param>
    /// <param name="kept">The assertions of the same token, for this cluster and others.</param>
    public string Of(byte[] claims, double tokenEnd, ref SignedAssertion? kept)
    {
        var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        var signer = _keys.Current.Current;
        for (var known = Volatile.Read(ref kept); known is not null; known = known.Previous)
        {
            if (ReferenceEquals(known.Cluster, this))
            {
                // A key that has left its place, perhaps because it was stolen, must not be used a moment longer.
                if (ReferenceEquals(known.Signer, signer) && (now < known.RenewAt || (now < known.End && !known.TryRenew())))
                {
                    return known.Text;
                }

                break;
            }
        }

        var issuedAt = Math.Floor(now);
        var end = Math.Min(issuedAt + _lifetime, Math.Ceiling(tokenEnd + _reserve));
        var text = signer.Sign(_settings.Type, Payload(claims, issuedAt, end));
        // Of two that are made at once one is lost, and made again.
        Volatile.Write(ref kept, SignedAssertion.Add(new SignedAssertion(this, signer, text, end - _reserve, end), kept, now));
        return text;
    }

    private byte[] Payload(byte[] claims, double issuedAt, double end)
    {
        var times = string.Create(CultureInfo.InvariantCulture, $",\"iat\":{issuedAt:F0},\"exp\":{end:F0}");
        var payload = new byte[_start.Length + times.Length + claims.Length];
        _start.CopyTo(payload, 0);
        System.Text.Encoding.ASCII.GetBytes(times, payload.AsSpan(_start.Length));
        var rest = payload.AsSpan(_start.Length + times.Length);
        claims.CopyTo(rest);
        // The claims are an object of their own; theirs go on where ours end.
        if (claims.Length > "{}".Length)
        {
            rest[0] = (byte)',';
            return payload;
        }

        rest[0] = (byte)'}';
        return payload[..^1];
    }
}
