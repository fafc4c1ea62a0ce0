using Gateway.Settings;
using Gateway.Testing;

namespace Gateway.Tests.Configuration;

/// <summary>What each section rejects once its shape is right. Every row is reported alone, at its place.</summary>
public sealed class SectionCheckTests
{
    private const string Keys = "\"Keys\": { \"Discovery\": true }";
    private const string Issuer = "\"Issuer\": \"https://idp.example.com\"";

    [Theory]
    [InlineData("\"Audiences\": [\"shop-api\"],", "", "", "at least one audience is required, and none may be blank.")]
    [InlineData("[\"shop-api\"]", "[\" \"]", ":Audiences", "at least one audience is required, and none may be blank.")]
    [InlineData(Keys, "\"TokenTypes\": [\"\"], " + Keys, ":TokenTypes", "at least one type is required.")]
    [InlineData(Keys, "\"ClockSkew\": \"00:05:01\", " + Keys, ":ClockSkew", "this is out of range.")]
    [InlineData(Keys, "\"ClockSkew\": \"-00:00:01\", " + Keys, ":ClockSkew", "this is out of range.")]
    [InlineData(Keys, "\"MaxLifetime\": \"00:00:59\", " + Keys, ":MaxLifetime", "this is out of range.")]
    [InlineData(Keys, "\"MaxLifetime\": \"367.00:00:00\", " + Keys, ":MaxLifetime", "this is out of range.")]
    [InlineData(Keys, "\"Algorithms\": [\"none\"], " + Keys, ":Algorithms:0", "this algorithm cannot be verified.")]
    [InlineData(Keys, "\"Algorithms\": [\"RS256\", \"rs256\"], " + Keys, ":Algorithms:1", "this algorithm cannot be verified.")]
    [InlineData(
        Keys, "\"Algorithms\": [\"HS256\"], " + Keys, ":Algorithms:0", "HS algorithms need a SecretFile; a published key is no secret.")]
    [InlineData(
        Keys, "\"Keys\": { \"SecretFile\": \"secret\" }, \"Algorithms\": [\"RS256\"]", ":Algorithms:0",
        "a SecretFile verifies HS256, HS384 and HS512 only.")]
    [InlineData(Keys, "\"Keys\": { \"SecretFile\": \"secret\" }", "", "a secret needs its algorithms named.")]
    [InlineData(Keys, "\"Keys\": { \"Discovery\": false }", ":Keys", "exactly one source of keys is required.")]
    [InlineData(Keys, "\"Keys\": {}", ":Keys", "exactly one source of keys is required.")]
    [InlineData(Keys, "\"RequireTokenId\": true", "", "exactly one source of keys is required.")]
    [InlineData(Keys, "\"Keys\": { \"Discovery\": true, \"JwksFile\": \"jwks.json\" }", ":Keys", "exactly one source of keys is required.")]
    [InlineData(
        Keys, "\"Keys\": { \"JwksUri\": \"https://a.example\", \"JwksFile\": \"jwks.json\" }", ":Keys",
        "exactly one source of keys is required.")]
    [InlineData(Keys, "\"Keys\": { \"JwksUri\": \"http://idp.example.com/keys\" }", ":Keys:JwksUri", "this is not an https URL.")]
    [InlineData(Keys, "\"Keys\": { \"JwksUri\": \"keys\" }", ":Keys:JwksUri", "this is not an https URL.")]
    [InlineData(Keys, "\"Keys\": { \"JwksUri\": \"https://user:pw@idp.example.com/keys\" }", ":Keys:JwksUri", "this is not an https URL.")]
    [InlineData(Keys, "\"Keys\": { \"JwksFile\": \"none.json\" }", ":Keys:JwksFile", "the file does not exist.")]
    [InlineData(
        Keys, "\"Keys\": { \"SecretFile\": \"none\" }, \"Algorithms\": [\"HS256\"]", ":Keys:SecretFile", "the file does not exist.")]
    [InlineData(
        Keys, "\"BackChannelLogout\": { \"ClientIds\": [\"\"] }, " + Keys, ":BackChannelLogout:ClientIds",
        "at least one client id is required, and none may be blank.")]
    [InlineData(
        Keys, "\"BackChannelLogout\": { \"SessionOnly\": true }, " + Keys, ":BackChannelLogout",
        "at least one client id is required, and none may be blank.")]
    [InlineData(
        Keys, "\"Keys\": { \"Discovery\": true, \"TokenFile\": \"secret\" }", ":Keys:TokenFile",
        "the token may only go to an address that is written here, and there is no JwksUri.")]
    [InlineData(
        Keys, "\"Keys\": { \"JwksUri\": \"https://a.example\", \"TokenFile\": \"none\" }", ":Keys:TokenFile", "the file does not exist.")]
    [InlineData(
        Keys, "\"SecurityEvents\": { \"Audience\": \" \" }, " + Keys, ":SecurityEvents:Audience", "the receiver needs an audience.")]
    [InlineData(
        Keys, "\"SecurityEvents\": { \"SessionOnly\": true }, " + Keys, ":SecurityEvents:Audience", "the receiver needs an audience.")]
    [InlineData(Keys, "\"ClientIds\": [\" \"], " + Keys, ":ClientIds", "at least one client id is required, and none may be blank.")]
    [InlineData(
        Keys, "\"AcceptWithoutIssuer\": true, " + Keys, ":AcceptWithoutIssuer",
        "this is for issuers with a SecretFile only; a provider signs tokens for many APIs with its published keys.")]
    [InlineData(
        Keys, "\"AcceptWithoutAudience\": true, " + Keys, ":AcceptWithoutAudience",
        "this is for issuers with a SecretFile only; a provider signs tokens for many APIs with its published keys.")]
    [InlineData(
        Keys,
        "\"AcceptWithoutAudience\": true, \"ClientIds\": [\"a\"], \"Keys\": { \"SecretFile\": \"secret\" }, \"Algorithms\": [\"HS256\"]",
        ":AcceptWithoutAudience", "with it ClientIds has no effect: a token without `aud` is accepted of every client.")]
    [InlineData(
        Keys, "\"Keys\": { \"Discovery\": true, \"SecretEncoding\": \"Base64\" }", ":Keys:SecretEncoding",
        "this has no effect without a SecretFile.")]
    [InlineData(
        Keys, "\"Keys\": { \"JwksFile\": \"jwks.json\", \"AllowHttp\": true }", ":Keys",
        "CaFile, Proxy, Headers and AllowHttp have no effect on keys from a file.")]
    [InlineData(Issuer, "\"Issuer\": \"idp\"", ":Keys:Discovery", "the issuer has no https URL to discover keys at.")]
    public async Task Issuer_that_could_accept_the_wrong_tokens_is_an_error(string old, string replacement, string path, string problem)
    {
        var files =
            new Dictionary<string, string> { ["secret"] = new string('s', 64), ["jwks.json"] = FullConfiguration.Files["jwks.json"] };

        var errors = await CheckedConfiguration.ErrorsOfAsync(CheckedConfiguration.With(old, replacement), files: files);

        var error = errors.ShouldHaveSingleItem();
        error.Problem.ShouldBe(problem);
        error.Path.ShouldStartWith("Gateway:Issuers:shop" + path);
        error.Location.ShouldStartWith(path.Length == 0 ? "yarp.json:4:" : "yarp.json:");
    }

    [Theory]
    [InlineData("\"Dpop\": { \"ProofLifetime\": \"00:05:01\" }", ":Dpop:ProofLifetime", "this is out of range.")]
    [InlineData("\"Dpop\": { \"ProofLifetime\": \"00:00:00\" }", ":Dpop:ProofLifetime", "this is out of range.")]
    [InlineData("\"Dpop\": { \"Algorithms\": [\"ES256\", \"HS256\"] }", ":Dpop:Algorithms:1", "proofs cannot use this algorithm.")]
    [InlineData("\"Dpop\": { \"Algorithms\": [\"none\"] }", ":Dpop:Algorithms:0", "proofs cannot use this algorithm.")]
    [InlineData(
        "\"ClientCertificate\": { \"Header\": \"X-Client-Cert\" }", ":ClientCertificate:Header",
        "this has no effect without trusted proxies.")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.7\"], \"ClientCertificate\": { \"Header\": \"X Y\" }", ":ClientCertificate:Header",
        "this is not a header name.")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.7\"], \"ClientCertificate\": { \"Header\": \"Cookie\" }", ":ClientCertificate:Header",
        "this header has another meaning to HTTP.")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.7\"], \"ClientCertificate\": { \"Header\": \"x_auth_subject\" }", ":ClientCertificate:Header",
        "this header carries something else.")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.7\"], \"ClientCertificate\": { \"Header\": \"X-Forwarded-For\" }", ":ClientCertificate:Header",
        "this header carries something else.")]
    public async Task Proof_that_could_not_be_checked_is_an_error(string setting, string path, string problem)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", $"{setting}, \"Policies\": {{");

        var error = errors.ShouldHaveSingleItem();
        error.Problem.ShouldBe(problem);
        error.Path.ShouldBe("Gateway" + path);
    }

    [Theory]
    [InlineData("Production", false)]
    [InlineData("Development", true)]
    public async Task Http_is_good_enough_for_development_only(string environment, bool accepted)
    {
        var yarpJson = CheckedConfiguration.With("https://idp", "http://idp");

        var errors = await CheckedConfiguration.ErrorsOfAsync(yarpJson, environment: environment);

        errors.Select(error => error.Path).ShouldBe(accepted ? [] : ["Gateway:Issuers:shop:Keys:Discovery"]);
    }

    [Fact]
    public async Task Http_issuer_needs_no_switch_where_the_keys_come_by_https_and_allow_http_opens_the_fetch()
    {
        var byAddress = CheckedConfiguration.With("https://idp", "http://idp").Replace(
            Keys, "\"Keys\": { \"JwksUri\": \"https://idp.example.com/keys\" }", StringComparison.Ordinal);
        var allowed = CheckedConfiguration.With("https://idp", "http://idp").Replace(
            Keys, "\"Keys\": { \"Discovery\": true, \"AllowHttp\": true }", StringComparison.Ordinal);

        (await CheckedConfiguration.ErrorsOfAsync(byAddress, environment: "Production")).ShouldBeEmpty();
        (await CheckedConfiguration.ErrorsOfAsync(allowed, environment: "Production")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Second_issuer_that_accepts_tokens_without_issuer_is_an_error()
    {
        string One(string name) => $$"""
            "{{name}}": { "Issuer": "{{name}}", "Audiences": ["x"], "AcceptWithoutIssuer": true, "Keys": { "SecretFile": "secret" }, "Algorithms": ["HS256"] },
            """;
        var files = new Dictionary<string, string> { ["secret"] = new string('s', 64) };

        var errors = await CheckedConfiguration.ErrorsOfAsync(
            CheckedConfiguration.With("\"Issuers\": {", $"\"Issuers\": {{ {One("one")} {One("two")}"), files: files);

        errors.ShouldHaveSingleItem().Path.ShouldBe("Gateway:Issuers:two:AcceptWithoutIssuer");
    }

    [Fact]
    public async Task Two_issuers_with_one_iss_are_an_error()
    {
        var second = "\"Issuers\": { \"zoo\": { " + Issuer + ", \"Audiences\": [\"x\"], " + Keys + " },";

        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Issuers\": {", second);

        errors.ShouldHaveSingleItem().Problem.ShouldBe("issuer \"shop\" has the same value, so one of them would never be used.");
    }

    [Theory]
    [InlineData("{ \"Claims\": [{ \"AnyOf\": [\"x\"] }] }", ":Claims:0:Path", "this is not a valid claim path.")]
    [InlineData("{ \"Claims\": [{ \"Path\": \"a..b\", \"AnyOf\": [\"x\"] }] }", ":Claims:0:Path", "this is not a valid claim path.")]
    [InlineData("{ \"Claims\": [{ \"Path\": \"$a\", \"AnyOf\": [\"x\"] }] }", ":Claims:0:Path", "this is not a valid claim path.")]
    [InlineData(
        "{ \"Claims\": [{ \"Path\": \"$subject_type.x\", \"AnyOf\": [\"x\"] }] }", ":Claims:0:Path", "this is not a valid claim path.")]
    [InlineData("{ \"Claims\": [{ \"Path\": \"a\" }] }", ":Claims:0", "a rule has exactly one test, with at least one value.")]
    [InlineData(
        "{ \"Claims\": [{ \"Path\": \"a\", \"Equals\": 1, \"Exists\": true }] }", ":Claims:0",
        "a rule has exactly one test, with at least one value.")]
    [InlineData("{ \"Claims\": [{ \"Path\": \"a\", \"AnyOf\": [], \"Exists\": true }] }", ":Claims:0:AnyOf", "this is empty.")]
    [InlineData("{ \"Claims\": [{ \"Path\": \"a\", \"Matches\": \"a)|(b\" }] }", ":Claims:0:Matches", null)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"a\", \"Matches\": \"(?=a)\" }] }", ":Claims:0:Matches", null)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"a\", \"Matches\": \"(\" }] }", ":Claims:0:Matches", null)]
    [InlineData("{ \"Scopes\": { \"All\": [] } }", ":Scopes:All", "this is empty.")]
    [InlineData("{ \"Scopes\": {} }", "", "this is empty.")]
    [InlineData("{ \"Scopes\": { \"All\": null } }", "", "this is empty.")]
    [InlineData("{ \"Scopes\": {}, \"ForwardToken\": true }", ":Scopes", "Scopes requires no scope.")]
    [InlineData("{ \"Scopes\": { \"All\": null, \"Any\": null }, \"Issuers\": [\"shop\"] }", ":Scopes", "Scopes requires no scope.")]
    [InlineData("{ \"Scopes\": { \"Any\": [\"a b\"] } }", ":Scopes:Any:0", "this is not a valid scope.")]
    [InlineData("{ \"Scopes\": { \"Any\": [\"\"] } }", ":Scopes:Any:0", "this is not a valid scope.")]
    [InlineData("{ \"Scopes\": { \"Any\": [\"a\\\"b\"] } }", ":Scopes:Any:0", "this is not a valid scope.")]
    [InlineData("{ \"Issuers\": [\"shp\"] }", ":Issuers:0", "policy \"read\" names the issuer \"shp\", which is not defined.")]
    public async Task Policy_that_could_let_the_wrong_caller_in_is_an_error(string policy, string path, string? problem)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync("{ \"Scopes\": { \"All\": [\"orders:read\"] } }", policy);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Policies:read" + path);
        error.Problem.ShouldStartWith(problem ?? "the regular expression \"");
    }

    [Theory]
    [InlineData("{ \"Scopes\": { \"All\": [\"a\"] } }", true)]
    [InlineData("{ \"Scopes\": { \"Any\": [\"a\"] } }", true)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"groups\", \"NoneOf\": [\"x\"] }, { \"Path\": \"groups\", \"AnyOf\": [\"ops\"] }] }", true)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"groups\", \"AllOf\": [\"ops\"] }] }", true)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"role\", \"Equals\": \"ops\" }] }", true)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"role\", \"Matches\": \"ops|admin\" }] }", true)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"admin\", \"Exists\": true }] }", true)]
    [InlineData("{ \"Claims\": [{ \"Path\": \"act\", \"Exists\": false }, { \"Path\": \"groups\", \"NoneOf\": [\"x\"] }] }", false)]
    [InlineData("{ \"ForwardToken\": true }", false)]
    [InlineData("{ \"Issuers\": [\"shop\"] }", false)]
    [InlineData("{ \"Scopes\": { \"All\": [\"a\"] }, \"Mode\": \"Report\" }", false)]
    public async Task Policy_of_administrators_asks_for_something_that_users_lack(string policy, bool accepted)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            "\"Policies\": {", $"\"Management\": {{ \"Policy\": \"admins\" }}, \"Policies\": {{ \"admins\": {policy},");

        errors.Select(error => error.Path).ShouldBe(accepted ? [] : ["Gateway:Management:Policy"]);
    }

    [Theory]
    [InlineData("anonymous")]
    [InlineData("Authenticated")]
    [InlineData("default")]
    public async Task Built_in_policy_cannot_be_redefined(string name)
    {
        var errors =
            await CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", $"\"Policies\": {{ \"{name}\": {{ \"ForwardToken\": true }},");

        errors.ShouldHaveSingleItem().Problem.ShouldBe("this name belongs to a built-in policy.");
    }

    [Fact]
    public async Task Policy_without_any_issuer_is_an_error()
    {
        var errors = await CheckedConfiguration.ErrorsOfAsync("""{ "Gateway": { "Policies": { "read": { "ForwardToken": true } } } }""");

        errors.ShouldHaveSingleItem().Problem.ShouldBe("no token can satisfy a policy while there are no issuers.");
    }

    [Theory]
    [InlineData("a:6379,password=first,canary=second", 3)]
    [InlineData("password=first,canary=,a:6379", 2)]
    [InlineData("a:6379,password=first,can ary=x", 3)]
    public async Task Piece_of_a_password_is_in_no_error(string connection, int option)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            "\"Policies\": {",
            $"\"Revocation\": {{ \"Store\": \"Redis\", \"Redis\": {{ \"Connection\": \"{connection}\" }} }}, \"Policies\": {{");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Revocation:Redis:Connection");
        error.Problem.ShouldBe($"part {option} is an unknown option or has an invalid value.");
        error.Cure.ShouldContain("PasswordFile");
        error.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Option_of_Redis_with_an_impossible_value_is_named()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            "\"Policies\": {",
            "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"a:6379,KeepAlive=x\" } }, \"Policies\": {");

        errors.ShouldHaveSingleItem().Problem.ShouldBe("the option \"keepAlive\" has an invalid value.");
    }

    [Theory]
    [InlineData("redis:6379,user=bob")]
    [InlineData("sentinel-0:26379,sentinel-1:26379,serviceName=shop")]
    [InlineData("redis:6379,protocol=resp3")]
    [InlineData("[::1]:6379")]
    [InlineData("[2001:db8::1]:6379,[2001:db8::2]:6379,ssl=true")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    [InlineData("[fe80::1%1]:6379")]
    [InlineData("127.0.0.1")]
    public async Task Connection_to_Redis_is_accepted(string connection) => (await CheckedConfiguration.ErrorsWithAsync(
        "\"Policies\": {",
        $"\"Revocation\": {{ \"Store\": \"Redis\", \"Redis\": {{ \"Connection\": \"{connection}\" }} }}, \"Policies\": " +
            $"{{")).ShouldBeEmpty();

    [Theory]
    [InlineData("\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Timeout\": \"00:00:11\" } }", "Gateway:Revocation:Redis:Timeout")]
    [InlineData("\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"\" } }", "Gateway:Revocation:Redis:Connection")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"redis://a:6379\" } }",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"a:6379,channelPrefix=x\" } }",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"serviceName=x\" } }",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"Connection\": \"a:6379,keepAlive=x\" } }",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"PasswordFile\": \"none\" } }", "Gateway:Revocation:Redis:PasswordFile")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\", \"Redis\": { \"CaFile\": \"none.pem\", \"Connection\": \"a,ssl=true\" } }",
        "Gateway:Revocation:Redis:CaFile")]
    [InlineData("\"Keys\": { \"CacheDirectory\": \" \" }", "Gateway:Keys:CacheDirectory")]
    [InlineData("\"Revocation\": { \"Store\": \"Redis\", \"SnapshotDirectory\": \" \" }", "Gateway:Revocation:SnapshotDirectory")]
    [InlineData("\"Revocation\": { \"Store\": \"Redis\", \"SnapshotDirectory\": \"yarp.json\" }", "Gateway:Revocation:SnapshotDirectory")]
    [InlineData("\"Revocation\": { \"MaxStaleness\": \"00:00:00\" }", "Gateway:Revocation:MaxStaleness")]
    [InlineData("\"Revocation\": { \"MaxStaleness\": \"2.00:00:00\" }", "Gateway:Revocation:MaxStaleness")]
    [InlineData("\"Revocation\": { \"Sqlite\": { \"Path\": \" \" } }", "Gateway:Revocation:Sqlite:Path")]
    [InlineData("\"Revocation\": { \"Lookup\": { \"Keys\": [\"revoked:{jit}\"] } }", "Gateway:Revocation:Lookup:Keys:0")]
    [InlineData("\"Revocation\": { \"Lookup\": { \"Keys\": [\"revoked:all\"] } }", "Gateway:Revocation:Lookup:Keys:0")]
    [InlineData("\"Revocation\": { \"Lookup\": { \"Keys\": [\"revoked:{jti\"] } }", "Gateway:Revocation:Lookup:Keys:0")]
    [InlineData("\"Revocation\": { \"Lookup\": { \"Keys\": [\"{jti}\", \"}{sub}\"] } }", "Gateway:Revocation:Lookup:Keys:1")]
    [InlineData("\"Revocation\": { \"Lookup\": { \"Timeout\": \"00:00:00.010\" } }", "Gateway:Revocation:Lookup:Keys")]
    [InlineData("\"Revocation\": { \"Store\": \"Memory\", \"Lookup\": {} }", "Gateway:Revocation:Lookup")]
    [InlineData(
        "\"Revocation\": { \"Lookup\": { \"Keys\": [\"{jti}\"], \"Timeout\": \"00:00:02\" } }", "Gateway:Revocation:Lookup:Timeout")]
    [InlineData(
        "\"Revocation\": { \"Lookup\": { \"Keys\": [\"{jti}\"], \"Timeout\": \"00:00:00\" } }", "Gateway:Revocation:Lookup:Timeout")]
    [InlineData(
        "\"Revocation\": { \"Lookup\": { \"Keys\": [\"{jti}\"], \"CacheFor\": \"00:00:02\" } }", "Gateway:Revocation:Lookup:CacheFor")]
    [InlineData(
        "\"Revocation\": { \"Lookup\": { \"Keys\": [\"{jti}\"] }, \"Redis\": { \"Connection\": \"\" } }",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData("\"Drain\": { \"Delay\": \"-00:00:01\" }", "Gateway:Drain:Delay")]
    [InlineData("\"Drain\": { \"Delay\": \"01:00:01\" }", "Gateway:Drain:Delay")]
    [InlineData("\"Drain\": { \"Timeout\": \"00:00:00\" }", "Gateway:Drain:Timeout")]
    [InlineData("\"Drain\": { \"Timeout\": \"1.00:00:01\" }", "Gateway:Drain:Timeout")]
    [InlineData("\"Management\": { \"Port\": -1 }", "Gateway:Management:Port")]
    [InlineData("\"Management\": { \"Port\": 65536 }", "Gateway:Management:Port")]
    [InlineData("\"Management\": { \"Port\": 80.5 }", "Gateway:Management:Port")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [\"Envoy\"], \"Port\": 65536 }",
        "Gateway:ExternalAuthorization:Port")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [\"Envoy\"], \"Port\": 8081 }",
        "Gateway:ExternalAuthorization:Port")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [\"Envoy\"], \"Port\": 8080 }",
        "Gateway:ExternalAuthorization:Port")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Port\": 9000 }", "Gateway:ExternalAuthorization:Protocols")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [] }",
        "Gateway:ExternalAuthorization:Protocols")]
    [InlineData("\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": {}", "Gateway:ExternalAuthorization:Protocols")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [\"Nginx\"] }",
        "Gateway:ExternalAuthorization:Protocols:0")]
    [InlineData("\"ExternalAuthorization\": { \"Protocols\": [\"Envoy\"] }", "Gateway:ExternalAuthorization")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [\"Envoy\"], \"ClientCaFile\": \"none.pem\" }",
        "Gateway:ExternalAuthorization:ClientCaFile")]
    [InlineData(
        "\"TrustedProxies\": [\"10.0.0.0/8\"], \"ExternalAuthorization\": { \"Protocols\": [\"Envoy\"], \"Certificate\": { \"Path\": " +
            "\"none.pem\" } }",
        "Gateway:ExternalAuthorization:Certificate:Path")]
    [InlineData("\"Errors\": { \"Detailed\": \"sometimes\" }", "Gateway:Errors:Detailed")]
    public async Task Value_out_of_range_is_an_error(string section, string path)
    {
        IReadOnlyList<ConfigurationError> errors =
            await CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", $"{section}, \"Policies\": {{");

        errors.ShouldHaveSingleItem().Path.ShouldBe(path);
    }

    [Fact]
    public async Task Placeholder_that_is_misspelt_is_reported_with_the_likely_one()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            "\"Policies\": {", "\"Revocation\": { \"Lookup\": { \"Keys\": [\"revoked:{cleint}\"] } }, \"Policies\": {");

        errors.ShouldHaveSingleItem().ToString().ShouldContain("Did you mean \"client\"?");
    }

    [Theory]
    [InlineData("\"Cors\": { \"app\": { \"Methods\": [\"PUT\"] } }", "Gateway:Cors:app")]
    [InlineData("\"Cors\": { \"Disable\": { \"Origins\": [\"*\"] } }", "Gateway:Cors:Disable")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\"], \"Credentials\": true } }", "Gateway:Cors:app:Credentials")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\", \"https://a.example\"] } }", "Gateway:Cors:app:Origins:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"https://a.example/\"] } }", "Gateway:Cors:app:Origins:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"https://a.example:443\"] } }", "Gateway:Cors:app:Origins:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"https://A.example\"] } }", "Gateway:Cors:app:Origins:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"https://*.example\"] } }", "Gateway:Cors:app:Origins:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"a.example\"] } }", "Gateway:Cors:app:Origins:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\"], \"Methods\": [\"GET, PUT\"] } }", "Gateway:Cors:app:Methods:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\"], \"Headers\": [\"*\", \"A\"] } }", "Gateway:Cors:app:Headers:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\"], \"ExposedHeaders\": [\"*\"] } }", "Gateway:Cors:app:ExposedHeaders:0")]
    [InlineData("\"Cors\": { \"app\": { \"Origins\": [\"*\"], \"MaxAge\": \"1.00:00:01\" } }", "Gateway:Cors:app:MaxAge")]
    [InlineData("\"RateLimits\": { \"user\": { \"Window\": \"00:00:01\" } }", "Gateway:RateLimits:user")]
    [InlineData("\"RateLimits\": { \"user\": { \"Permits\": 1 } }", "Gateway:RateLimits:user")]
    [InlineData("\"RateLimits\": { \"user\": { \"Permits\": 0, \"Window\": \"00:00:01\" } }", "Gateway:RateLimits:user:Permits")]
    [InlineData("\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:00.099\" } }", "Gateway:RateLimits:user:Window")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"Kind\": \"Concurrency\" } }",
        "Gateway:RateLimits:user:Window")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"Segments\": 1 } }", "Gateway:RateLimits:user:Segments")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"Queue\": 10001 } }", "Gateway:RateLimits:user:Queue")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"PartitionBy\": \"\" } }",
        "Gateway:RateLimits:user:PartitionBy")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"PartitionBy\": \"$realm\" } }",
        "Gateway:RateLimits:user:PartitionBy")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"PartitionBy\": \"a..b\" } }",
        "Gateway:RateLimits:user:PartitionBy")]
    [InlineData(
        "\"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": \"00:00:01\", \"Shared\": true } }", "Gateway:RateLimits:user:Shared")]
    [InlineData(
        "\"Revocation\": { \"Store\": \"Redis\" }, \"RateLimits\": { \"user\": { \"Permits\": 1, \"Kind\": \"Concurrency\", \"Shared\": " +
            "true } }",
        "Gateway:RateLimits:user:Shared")]
    [InlineData(
        "\"Revocation\": { \"Redis\": { \"Connection\": \"redis\" } }, \"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": " +
            "\"00:00:01\", \"Queue\": 1, \"Shared\": true } }",
        "Gateway:RateLimits:user:Shared")]
    [InlineData(
        "\"Revocation\": { \"Redis\": { \"Connection\": \"redis://a\" } }, \"RateLimits\": { \"user\": { \"Permits\": 1, \"Window\": " +
            "\"00:00:01\", \"Shared\": true } }",
        "Gateway:Revocation:Redis:Connection")]
    [InlineData("\"Identity\": { \"ResponseExpiry\": \"X Left\" }", "Gateway:Identity:ResponseExpiry")]
    [InlineData("\"Identity\": { \"ResponseExpiry\": \"Content-Length\" }", "Gateway:Identity:ResponseExpiry")]
    [InlineData("\"Identity\": { \"ResponseExpiry\": \"Retry_After\" }", "Gateway:Identity:ResponseExpiry")]
    [InlineData("\"Identity\": { \"ResponseExpiry\": \"X-Auth_Subject\" }", "Gateway:Identity:ResponseExpiry")]
    [InlineData("\"Identity\": { \"ResponseExpiry\": \"Authorization\" }", "Gateway:Identity:ResponseExpiry")]
    [InlineData(
        "\"ResponseHeaders\": { \"X-Left\": \"1\" }, \"Identity\": { \"ResponseExpiry\": \"x-left\" }", "Gateway:Identity:ResponseExpiry")]
    [InlineData("\"RateLimits\": { \"default\": { \"Permits\": 1, \"Window\": \"00:00:01\" } }", "Gateway:RateLimits:default")]
    [InlineData("\"Timeouts\": { \"short\": \"00:00:00\" }", "Gateway:Timeouts:short")]
    [InlineData("\"Timeouts\": { \"short\": \"1.00:00:01\" }", "Gateway:Timeouts:short")]
    [InlineData("\"Timeouts\": { \"Disable\": \"00:00:01\" }", "Gateway:Timeouts:Disable")]
    [InlineData("\"Clusters\": { \"shopp\": { \"MaxInFlight\": 1 } }", "Gateway:Clusters:shopp")]
    [InlineData("\"Clusters\": { \"shop\": { \"MaxInFlight\": 0 } }", "Gateway:Clusters:shop:MaxInFlight")]
    [InlineData("\"Clusters\": { \"shop\": { \"MaxInFlight\": 1000001 } }", "Gateway:Clusters:shop:MaxInFlight")]
    [InlineData("\"Clusters\": { \"shop\": {} }", "Gateway:Clusters:shop")]
    [InlineData("\"Clusters\": { \"shop\": { \"MaxInFlight\": 1, \"Retry\": {} } }", "Gateway:Clusters:shop:Retry")]
    [InlineData("\"Clusters\": { \"shop\": { \"Retry\": { \"Attempts\": 0 } } }", "Gateway:Clusters:shop:Retry:Attempts")]
    [InlineData("\"Clusters\": { \"shop\": { \"Retry\": { \"Attempts\": 6 } } }", "Gateway:Clusters:shop:Retry:Attempts")]
    [InlineData("\"Clusters\": { \"shop\": { \"Retry\": { \"Budget\": 0 } } }", "Gateway:Clusters:shop:Retry:Budget")]
    [InlineData("\"Clusters\": { \"shop\": { \"Retry\": { \"Budget\": 1.01 } } }", "Gateway:Clusters:shop:Retry:Budget")]
    [InlineData("\"Clusters\": { \"shop\": { \"Retry\": { \"Budget\": \"NaN\" } } }", "Gateway:Clusters:shop:Retry:Budget")]
    [InlineData("\"Clusters\": { \"shop\": { \"Retry\": { \"Attempt\": 1 } } }", "Gateway:Clusters:shop:Retry:Attempt")]
    [InlineData("\"Limits\": { \"MaxRequestBodySize\": -2 }", "Gateway:Limits:MaxRequestBodySize")]
    [InlineData("\"Routes\": { \"order\": { \"EncodedSlashes\": \"PassThrough\" } }", "Gateway:Routes:order")]
    [InlineData("\"TrustedProxies\": [\"proxy\"]", "Gateway:TrustedProxies:0")]
    [InlineData("\"TrustedProxies\": [\"10.0.0.0/33\"]", "Gateway:TrustedProxies:0")]
    [InlineData("\"TrustedProxies\": [\"0.0.0.0/0\"]", "Gateway:TrustedProxies:0")]
    [InlineData("\"TrustForwardedHost\": true", "Gateway:TrustForwardedHost")]
    [InlineData("\"TrustForwardedPrefix\": true", "Gateway:TrustForwardedPrefix")]
    [InlineData("\"ResponseHeaders\": { \"X A\": \"1\" }", "Gateway:ResponseHeaders:X A")]
    [InlineData("\"ResponseHeaders\": { \"Access-Control-Allow-Origin\": \"*\" }", "Gateway:ResponseHeaders:Access-Control-Allow-Origin")]
    [InlineData("\"ResponseHeaders\": { \"Connection\": \"close\" }", "Gateway:ResponseHeaders:Connection")]
    [InlineData("\"ResponseHeaders\": { \"X-A\": \"a\\r\\nB: c\" }", "Gateway:ResponseHeaders:X-A")]
    public async Task Definition_that_means_nothing_or_too_much_is_an_error(string section, string path)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Policies\": {", $"{section}, \"Policies\": {{");

        errors.ShouldHaveSingleItem().Path.ShouldBe(path);
    }
}
