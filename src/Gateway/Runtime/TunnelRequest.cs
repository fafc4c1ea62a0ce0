namespace Gateway.Runtime;

/// <summary>How a client has requested a bidirectional connection.</summary>
internal enum TunnelRequest : byte
{
    None,

    /// <summary>A complete handshake of RFC 6455 over HTTP/1.1.</summary>
    Upgrade,

    /// <summary>Extended CONNECT of RFC 8441, for which every 2xx means that the tunnel is open.</summary>
    Connect,
}
