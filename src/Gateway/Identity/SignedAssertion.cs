using System.Buffers.Text;
using Gateway.Jose;

namespace Gateway.Identity;

/// <summary>An assertion that was made, and those that were made for the same token before.</summary>
/// <param name="renewAt">Unix seconds.</param>
/// <param name="end">Its <c>exp</c>.</param>
internal sealed class SignedAssertion(ClusterAssertion cluster, JwsSigner signer, string text, double renewAt, double end)
{
    // A token meets few clusters; with more than this the oldest is made again when it is needed.
    private const int Most = 4;

    // Base64url of the JOSE header, the claims that the gateway adds, and the signature.
    private const int AddedLength = 400;

    private int _isRenewed;

    public ClusterAssertion Cluster => cluster;

    public JwsSigner Signer => signer;

    public string Text => text;

    public double RenewAt => renewAt;

    public double End => end;

    public SignedAssertion? Previous { get; private init; }

    /// <summary>About how many characters an assertion with these claims has.</summary>
    public static int LengthOf(byte[] claims) => AddedLength + Base64Url.GetEncodedLength(claims.Length);

    /// <summary>True for one caller: the others use the assertion until it has been renewed.</summary>
    public bool TryRenew() => Interlocked.Exchange(ref _isRenewed, 1) == 0;

    /// <summary>The list with the new one in front, without those that it replaces and those that have ended.</summary>
    public static SignedAssertion Add(SignedAssertion added, SignedAssertion? known, double now)
    {
        var live = new List<SignedAssertion>(Most);
        for (; known is not null && live.Count < Most - 1; known = known.Previous)
        {
            if (known.Cluster != added.Cluster && known.Signer == added.Signer && known.RenewAt > now)
            {
                live.Add(known);
            }
        }

        SignedAssertion? list = null;
        for (var i = live.Count - 1; i >= 0; i--)
        {
            list = live[i].Before(list);
        }

        return added.Before(list);
    }

    private SignedAssertion Before(SignedAssertion? rest) => new(Cluster, Signer, Text, RenewAt, End) { Previous = rest };
}
