using System.Runtime.CompilerServices;
using Gateway.Issuers;
using Gateway.Jose;

namespace Gateway.Testing;

/// <summary>Changes the ring of an issuer without a load, by private methods of <see cref="IssuerKeys"/>.</summary>
internal static class KeysWithoutLoad
{
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Replace_NeedsLock")]
    public static extern void Replace(this IssuerKeys keys, KeyRing ring);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Expire_NeedsLock")]
    public static extern void Expire(this IssuerKeys keys);
}
