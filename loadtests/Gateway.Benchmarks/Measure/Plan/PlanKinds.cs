namespace Gateway.Benchmarks.Measure.Plan;

/// <summary>How requests travel to the peer.</summary>
internal enum Transport
{
    Http1,
    Http2,
    Tls,

    /// <summary>A connection for each request, without resumption.</summary>
    TlsHandshake,
}

/// <summary>The programs that are measured, each as its users set it up.</summary>
internal enum PeerKind
{
    Bare,
    BareAgain,

    /// <summary>Bare YARP with a busy-wait in each request, for the self test.</summary>
    BareSlowed,
    Stock,

    /// <summary><see cref="Stock"/> with one Redis look-up a request.</summary>
    StockRedis,
    Cached,
    Apache,
    Haproxy,
    HaproxyJwt,
    Gateway,

    /// <summary>The gateway without identity headers.</summary>
    GatewayPlain,

    /// <summary>The gateway with decryption keys, introspection and external authorization.</summary>
    GatewayFull,
    GatewayAsserting,

    /// <summary>The gateway with its revocation list in Redis.</summary>
    GatewayRedis,

    /// <summary>The ext_authz service of <see cref="GatewayFull"/>.</summary>
    GatewayCheck,

    /// <summary>ASP.NET Core with JwtBearer that decides for other proxies.</summary>
    Authorizer,
    NginxStock,
    NginxGateway,
}

/// <summary>The tokens that requests carry.</summary>
internal enum TokenKind
{
    Known,
    Many,

    /// <summary>RS256 tokens with a wrong signature, which every peer that checks tokens rejects with 401.</summary>
    BadSignature,
    NewRs256,
    NewEs256,
    NewEdDsa,
    DpopKnown,
    DpopNew,
    Encrypted,
    Opaque,

    /// <summary>A known token within the question of an Envoy.</summary>
    Check,
}

internal enum Figure
{
    /// <summary>Processor time a request, user and system.</summary>
    Cpu,

    /// <summary>Requests a second.</summary>
    Rate,

    /// <summary>Resident memory of the processes after a turn.</summary>
    Memory,
}
