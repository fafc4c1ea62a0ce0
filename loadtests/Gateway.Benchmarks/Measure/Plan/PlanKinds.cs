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
    Cached,
    Haproxy,
    HaproxyJwt,
    Gateway,

    /// <summary>The gateway with decryption keys, introspection and external authorization.</summary>
    GatewayFull,
    GatewayAsserting,

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
}
