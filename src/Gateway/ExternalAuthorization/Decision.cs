using System.Collections.Immutable;
using Gateway.Identity;

namespace Gateway.ExternalAuthorization;

/// <summary>What the proxy is told: an <see cref="AllowedRequest"/> or a <see cref="RejectedRequest"/>.</summary>
internal abstract record Decision;

/// <summary>The request may go on, with its headers changed.</summary>
/// <param name="Set">Headers that replace those of the client, whether or not it sent them.</param>
/// <param name="Absent">Names that only the gateway may set and that have no value on this request: a client's copy must be
/// removed.</param>
/// <param name="Removed">Other headers of the client that the destination must not receive, as the client spelled them.</param>
/// <param name="RemovedParameters">Query parameters that carried a token.</param>
internal sealed record AllowedRequest(
    IReadOnlyList<IdentityHeader> Set, IReadOnlyList<string> Absent, IReadOnlyList<string> Removed,
    ImmutableArray<string> RemovedParameters) : Decision;

/// <summary>The response that the client should get in place of the destination's.</summary>
/// <param name="Status">Never below 400.</param>
internal sealed record RejectedRequest(int Status, IReadOnlyList<IdentityHeader> Headers, ReadOnlyMemory<byte> Body) : Decision;
