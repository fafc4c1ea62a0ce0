using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Gateway.Testing;

/// <summary>All settings that YARP 2.3 documents and all settings of the gateway in one valid file, with the files that it names.</summary>
internal static class FullConfiguration
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static readonly Dictionary<string, string> Files = new()
    {
        ["secret"] = new string('s', 88),
        ["jwks.json"] = Jwks(),
        ["assertion.jwks"] = SigningKey.PrivateSet(SigningKey.Ec("assertion-1")),
        ["decryption.json"] = """{ "keys": [{ "kty": "oct", "k": "AAECAwQFBgcICQoLDA0ODw" }] }""",
        ["ca.pem"] = Certificate(),
        ["redis"] = "password",
        ["token"] = "token",
        ["client.pem"] = Certificate(),
        ["client.key"] = Key.ExportPkcs8PrivateKeyPem(),
    };

    public const string Text =
        """
        {
          "$schema": "./gateway.schema.json",
          "Urls": "http://*:8080",
          "Logging": {
            "LogLevel": { "Default": "Information" },
            "Console": {
              "LogLevel": { "Default": "Warning" }, "FormatterName": "simple", "LogToStandardErrorThreshold": "Error", "QueueFullMode": "DropWrite", "MaxQueueLength": 1000,
              "FormatterOptions": {
                "IncludeScopes": true, "TimestampFormat": "HH:mm:ss ", "UseUtcTimestamp": true, "SingleLine": true, "ColorBehavior": "Disabled",
                "JsonWriterOptions": { "Indented": false }
              }
            },
            "OpenTelemetry": { "LogLevel": { "Default": "None" }, "IncludeFormattedMessage": true, "IncludeScopes": false, "ParseStateValues": false },
            "Debug": { "LogLevel": { "Default": "None" }, "IncludeFormattedMessage": true, "IncludeScopes": false, "ParseStateValues": false },
            "EventSource": { "LogLevel": { "Default": "None" }, "IncludeFormattedMessage": true, "IncludeScopes": false, "ParseStateValues": false },
            "EventLog": { "LogLevel": { "Default": "None" }, "IncludeFormattedMessage": true, "IncludeScopes": false, "ParseStateValues": false }
          },
          "Kestrel": {
            "Endpoints": {
              "plain": { "Url": "http://127.0.0.1:8080", "Protocols": "Http1" },
              "tls": {
                "Url": "https://127.0.0.1:8443", "Protocols": "Http1AndHttp2", "SslProtocols": ["Tls12", "Tls13"], "ClientCertificateMode": "AllowCertificate",
                "Certificate": { "Path": "client.pem", "KeyPath": "client.key" },
                "Sni": {
                  "*.example.com": {
                    "Protocols": "Http1", "SslProtocols": ["Tls13"], "ClientCertificateMode": "NoCertificate",
                    "Certificate": { "Path": "client.pem", "KeyPath": "client.key" }
                  }
                }
              }
            },
            "EndpointDefaults": { "Protocols": "Http1AndHttp2", "SslProtocols": ["Tls12"], "ClientCertificateMode": "NoCertificate" },
            "Certificates": { "Default": { "Path": "client.pem", "KeyPath": "client.key" } }
          },
          "Gateway": {
            "Issuers": {
              "discovered": {
                "Issuer": "https://a.example.com/realms/shop", "Audiences": ["shop-api", "shop-admin"], "Keys": { "Discovery": true },
                "Algorithms": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
                "TokenTypes": ["at+jwt", "application/at+jwt"], "ClockSkew": "00:00:30", "MaxLifetime": "12:00:00", "RequireTokenId": true,
                "BackChannelLogout": { "ClientIds": ["shop-web"], "SessionOnly": true },
                "Introspection": {
                  "Endpoint": "https://a.example.com/introspect", "ClientId": "gateway", "SecretFile": "secret", "SignedResponses": true, "CacheFor": "00:01:00", "Timeout": "00:00:01",
                  "MaxCallsPerSecond": 50
                },
                "StatusList": { "MaxStale": "00:30:00", "Origins": ["https://status.example.com"] },
                "SecurityEvents": { "Audience": "https://api.example.com", "EmailIsSubject": true, "SessionOnly": false }
              },
              "addressed": { "Issuer": "https://b.example.com", "Audiences": ["shop-api"], "ClientIds": ["shop-job"], "Keys": { "Discovery": false, "JwksUri": "http://b.example.com/keys", "AllowHttp": true, "TokenFile": "token" } },
              "filed": { "Issuer": "urn:example:filed", "Audiences": ["shop-api"], "Keys": { "JwksFile": "jwks.json", "DecryptionFile": "decryption.json" } },
              "listed": {
                "Issuer": "https://c.example.com/{realm}", "Template": { "AnyOf": ["a", "b"], "MaxRings": 10, "IdleAfter": "00:10:00" }, "Audiences": ["shop-api"],
                "Keys": { "Discovery": true, "MaxStale": "12:00:00", "CaFile": "ca.pem", "Proxy": "http://proxy.example:3128", "Headers": { "X-Key": "k" } }, "Required": false
              },
              "matched": { "Issuer": "https://d.example.com/{tenant}/", "Template": { "Matches": "t[0-9]+" }, "Audiences": ["a"], "Keys": { "JwksUri": "https://d.example.com/{tenant}/keys" } },
              "secret": { "Issuer": "joe", "Audiences": ["shop-api"], "AcceptWithoutIssuer": true, "AcceptWithoutAudience": true, "Keys": { "SecretFile": "secret", "SecretEncoding": "Base64Url" }, "Algorithms": ["HS256", "HS384", "HS512"] }
            },
            "Policies": {
              "admin": { "Scopes": { "All": ["gateway:admin"] } },
              "full": {
                "Issuers": ["discovered", "FILED"],
                "Scopes": { "All": ["orders:read", "orders:write"], "Any": ["a", "b"] },
                "Claims": [
                  { "Path": "realm_access.roles", "AnyOf": ["ops", "admin"] }, { "Path": "https://shop.example/groups", "AllOf": ["a", 1, true] },
                  { "Path": "banned", "NoneOf": [true, "yes"] }, { "Path": "level", "Equals": 3 }, { "Path": "staff", "Equals": true },
                  { "Path": "tenant", "Matches": "^[a-z]{2,20}$" }, { "Path": "act", "Exists": false }, { "Path": "$subject_type", "Equals": "user" }, { "Path": "$realm", "Exists": false },
                  { "Path": "$jose.typ", "Equals": "at+jwt" }, { "Path": "tenant", "EqualsRouteValue": "tenant" }
                ],
                "StepUp": { "Acr": ["urn:example:mfa", "phr"], "MaxAge": "00:15:00" },
                "Mode": "report", "ForwardToken": true, "OnRevocationUnavailable": "Allow", "OnExpiry": "Keep", "SenderConstraint": "required"
              },
              "staff": { "AnyOf": ["admin", "FULL"] }, "both": { "AllOf": ["staff", "Authenticated", "job"] },
              "job": { "TokenSource": "Workload", "Identity": true, "Issuers": ["discovered"] }
            },
            "TokenSources": [{ "Header": "Authorization", "Scheme": "Bearer" }, { "Header": "X-Token" }, { "Cookie": "__Host-token" }, { "WebSocketProtocol": "bearer" }, { "Query": "access_token" }, { "Name": "workload", "Header": "X-Workload-Token" }],
            "Dpop": { "ProofLifetime": "00:00:30", "Algorithms": ["ES256", "RS512"], "Nonce": true },
            "ClientCertificate": { "Header": "X-Forwarded-Client-Cert", "AllowUntrusted": false },
            "TokenCache": { "MaxEntries": 1000, "MaxMegabytes": 16 },
            "Identity": {
              "Headers": { "X-Auth-Subject": "sub", "X-Auth-Tenant": "org.tenant" }, "Payload": { "Header": "X-Auth-Payload" }, "Aliases": "Reject",
              "ResponseExpiry": "X-Token-Expires-In",
              "Assertion": {
                "Header": "X-Proof", "KeyFile": "assertion.jwks", "Issuer": "https://api.example.com", "Audience": "$cluster", "Lifetime": "00:02:00", "Type": "proof+jwt",
                "Claims": { "sub": "sub", "tenant": "org.tenant", "kind": "$subject_type" }, "JwksPath": "/keys.json"
              }
            },
            "Revocation": { "Store": "Sqlite", "Sqlite": { "Path": "revocations.db" }, "SnapshotDirectory": "snapshots", "MaxStaleness": "00:00:30",
              "Redis": {
                "Connection": "a.example:6379,ssl=true", "PasswordFile": "redis", "KeyPrefix": "shop:", "WaitReplicas": 1, "Timeout": "00:00:00.100",
                "CaFile": "ca.pem", "CertificateFile": "client.pem", "CertificateKeyFile": "client.key"
              },
              "Lookup": { "Keys": ["revoked:{jti}", "{iss}:{sub}:{sid}:{client}"], "Timeout": "00:00:00.020", "CacheFor": "00:00:00.500" }
            },
            "Keys": { "CacheDirectory": "keys", "Share": false },
            "DataProtection": { "Path": "protection" },
            "Errors": { "Detailed": "true" },
            "Cors": {
              "app": {
                "Origins": ["https://app.example.com", "http://localhost:3000", "capacitor://localhost", "https://*.example.com", "null"], "Methods": ["PUT"], "Headers": ["Authorization"], "ExposedHeaders": ["X-Total"],
                "Credentials": true, "MaxAge": "00:10:00"
              },
              "all": { "Origins": ["*"], "Methods": ["*"], "Headers": ["*"] }
            },
            "RateLimits": {
              "full": { "Kind": "SlidingWindow", "Permits": 100, "Window": "00:01:00", "Segments": 6, "Queue": 10, "PartitionBy": "$realm" },
              "bucket": { "Kind": "tokenbucket", "Permits": 10, "Window": "00:00:01", "PartitionBy": "client_id", "Shared": true },
              "parallel": { "Kind": "Concurrency", "Permits": 5, "PartitionBy": "$route" }
            },
            "Timeouts": { "short": "00:00:05" },
            "Clusters": { "FULL": { "Retry": { "Attempts": 2, "Budget": 0.1 }, "MaxInFlight": 500 }, "small": { "MaxInFlight": "20", "Exchange": "ORDERS" } },
            "Exchanges": {
              "orders": {
                "TokenEndpoint": "https://a.example.com/token", "ClientId": "gateway", "SecretFile": "secret", "Audience": "orders", "Scope": "orders:read",
                "CaFile": "ca.pem", "Timeout": "00:00:02"
              }
            },
            "Limits": { "MaxRequestBodySize": 1000000, "RepeatedSlashes": "Merge" },
            "Routes": { "full": { "EncodedSlashes": "PassThrough", "PathParameters": "passthrough", "Resource": "ORDERS" }, "SMALL": { "PathParameters": "Reject" } },
            "Resources": { "orders": { "Resource": "https://api.example.com/orders", "AuthorizationServers": ["addressed", "https://login.example.com"], "Scopes": ["orders:read"] } },
            "TrustedProxies": ["10.0.0.0/8", "192.0.2.7", "fd00::/8"],
            "TrustForwardedHost": "true",
            "TrustForwardedPrefix": true,
            "ResponseHeaders": { "Strict-Transport-Security": "max-age=31536000", "Content-Security-Policy": "default-src 'none'" },
            "Drain": { "Delay": "00:00:10", "Timeout": "00:01:00" },
            "ExternalAuthorization": {
              "Port": 9001, "Protocols": ["ForwardAuth", "envoy"], "Certificate": { "Path": "client.pem", "KeyPath": "client.key" }, "ClientCaFile": "ca.pem"
            },
            "Management": { "Port": "9000", "Policy": "admin" }
          },
          "ReverseProxy": {
            "Routes": {
              "full": {
                "ClusterId": "full", "AuthorizationPolicy": "full", "CorsPolicy": "app", "RateLimiterPolicy": "Full", "Order": 100,
                "MaxRequestBodySize": 1000000, "Timeout": "00:01:00",
                "Match": {
                  "Path": "/full/{tenant}/{**rest}", "Hosts": ["www.aaaaa.com", "*.bbbbb.com:8080"], "Methods": ["GET", "PUT"],
                  "Headers": [
                    { "Name": "a", "Values": ["x", "y"], "Mode": "ExactHeader", "IsCaseSensitive": true },
                    { "Name": "b", "Values": ["x"], "Mode": "HeaderPrefix" }, { "Name": "c", "Values": ["x"], "Mode": "Contains" },
                    { "Name": "d", "Values": ["x"], "Mode": "NotContains" }, { "Name": "e", "Mode": "Exists" }, { "Name": "f", "Mode": "NotExists" }
                  ],
                  "QueryParameters": [
                    { "Name": "a", "Values": ["x", "y"], "Mode": "Exact", "IsCaseSensitive": "true" }, { "Name": "b", "Values": ["x"], "Mode": "Prefix" },
                    { "Name": "c", "Values": ["x"], "Mode": "Contains" }, { "Name": "d", "Values": ["x"], "Mode": "NotContains" }, { "Name": "e", "Mode": "Exists" }
                  ]
                },
                "Metadata": { "MyName": "MyValue", "Number": 3, "Flag": true },
                "Transforms": [
                  { "PathPrefix": "/prefix" }, { "PathRemovePrefix": "/prefix" },
                  { "QueryValueParameter": "foo", "Append": "bar" }, { "QueryValueParameter": "foo", "Set": "bar" },
                  { "QueryRouteParameter": "foo", "Append": "rest" }, { "QueryRemoveParameter": "foo" },
                  { "HttpMethodChange": "PUT", "Set": "POST" },
                  { "RequestHeadersCopy": true }, { "RequestHeaderOriginalHost": "true" }, { "RequestHeader": "MyHeader", "Set": "MyValue" },
                  { "RequestHeader": "MyHeader", "Append": "MyValue" }, { "RequestHeaderRouteValue": "MyRoute", "Set": "rest" },
                  { "RequestHeaderRemove": "Gone" }, { "RequestHeadersAllowed": "Header1;Header2" },
                  { "X-Forwarded": "Set", "For": "Remove", "Proto": "Append", "Host": "Off", "Prefix": "Set", "HeaderPrefix": "X-Forwarded-" },
                  { "Forwarded": "by,for,host,proto", "ByFormat": "Random", "ForFormat": "IpAndPort", "Action": "Append" }, { "ClientCert": "X-Client-Cert" },
                  { "ResponseHeadersCopy": "true" }, { "ResponseHeader": "HeaderName", "Append": "value", "When": "Success" },
                  { "ResponseHeader": "HeaderName", "Set": "value", "When": "Always" }, { "ResponseHeaderRemove": "HeaderName", "When": "Failure" },
                  { "ResponseHeadersAllowed": "Header1;Header2" }, { "ResponseTrailersCopy": "true" },
                  { "ResponseTrailer": "HeaderName", "Append": "value", "When": "Success" }, { "ResponseTrailerRemove": "HeaderName", "When": "Success" },
                  { "ResponseTrailersAllowed": "Header1;Header2" }
                ]
              },
              "small": {
                "ClusterId": "small", "AuthorizationPolicy": "anonymous", "MaxRequestBodySize": -1, "TimeoutPolicy": "Disable",
                "Match": { "Path": "/small/{id:int}/{name?}" }, "Transforms": [{ "PathPattern": "/my/{id}/{name}" }]
              },
              "host": { "ClusterId": "small", "AuthorizationPolicy": "Authenticated", "TimeoutPolicy": "short", "CorsPolicy": "Disable", "RateLimiterPolicy": "Disable", "Match": { "Hosts": ["small.example"] }, "Transforms": [{ "PathSet": "/" }] }
            },
            "Clusters": {
              "full": {
                "LoadBalancingPolicy": "PowerOfTwoChoices",
                "Destinations": {
                  "one": { "Address": "https://one.example:10000/base/", "Health": "http://one.example:20000", "Host": "virtual.example", "Metadata": { "Zone": "a" } },
                  "two": { "Address": "http://[::1]:8080" }
                },
                "SessionAffinity": {
                  "Enabled": true, "Policy": "Cookie", "FailurePolicy": "Redistribute", "AffinityKeyName": "Key1",
                  "Cookie": {
                    "Domain": "localhost", "Expiration": "03:00:00", "HttpOnly": true, "IsEssential": true, "MaxAge": "1.00:00:00", "Path": "mypath",
                    "SameSite": "Strict", "SecurePolicy": "Always"
                  }
                },
                "HealthCheck": {
                  "Active": { "Enabled": "false", "Interval": "00:00:10", "Timeout": "00:00:10", "Policy": "ConsecutiveFailures", "Path": "/api/health", "Query": "?probe=1" },
                  "Passive": { "Enabled": true, "Policy": "TransportFailureRate", "ReactivationPeriod": "00:10:00" },
                  "AvailableDestinationsPolicy": "HealthyOrPanic"
                },
                "HttpClient": {
                  "SslProtocols": ["Tls12", "Tls13"], "DangerousAcceptAnyServerCertificate": false, "MaxConnectionsPerServer": 1024,
                  "EnableMultipleHttp2Connections": true, "RequestHeaderEncoding": "Latin1", "ResponseHeaderEncoding": "utf-8",
                  "WebProxy": { "Address": "http://proxy.example:8080", "BypassOnLocal": true, "UseDefaultCredentials": false }
                },
                "HttpRequest": { "ActivityTimeout": "00:02:00", "Version": "2", "VersionPolicy": "RequestVersionOrLower", "AllowResponseBuffering": "false" },
                "Metadata": { "ConsecutiveFailuresHealthPolicy.Threshold": "3", "TransportFailureRateHealthPolicy.RateLimit": 0.5 }
              },
              "small": {
                "LoadBalancingPolicy": "RoundRobin", "SessionAffinity": { "Enabled": true, "Policy": "HashCookie", "FailurePolicy": "Return503Error", "AffinityKeyName": "Key2" },
                "HttpRequest": { "Version": 1.1 }, "Destinations": { "one": { "Address": "http://localhost:1" } }
              }
            }
          }
        }
        """;

    private static string Certificate()
    {
        using var certificate = new CertificateRequest("CN=ca", Key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return certificate.ExportCertificatePem();
    }

    private static string Jwks()
    {
        var point = Key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "EC",
                ["crv"] = "P-256",
                ["kid"] = "k",
                ["x"] = Base64Url.EncodeToString(point.X),
                ["y"] = Base64Url.EncodeToString(point.Y),
            }),
        }.ToJsonString();
    }
}
