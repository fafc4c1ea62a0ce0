using System.Globalization;
using System.Reflection;
using Gateway.Host;
using Gateway.Identity;
using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Jose;
using Gateway.Jose.Encryption;
using Gateway.Policies;
using Gateway.Revocation;
using Gateway.Settings;
using Gateway.Testing;
using Gateway.Tokens.Decryption;

namespace Gateway.Tests.Docs;

/// <summary>The table of docs/limits.md has the values of the constants. To write it anew: <c>UPDATE_LIMITS=1</c> and this test.</summary>
public sealed class LimitsPageTests
{
    private const string Header = "| Limit | Value | Beyond it |\n| --- | --- | --- |\n";

    private static readonly (Type Owner, string Field, string Unit, string Limit, string Beyond)[] Rows =
    [
        (typeof(GatewayApp), "MaxRequestLineSize", "bytes", "Request line", "414"),
        (typeof(GatewayApp), "MaxHeadersTotalSize", "bytes", "Request headers together", "431"),
        (typeof(GatewayApp), "RequestHeadersTimeout", "", "Time for a client to send the request headers", "the connection is closed"),
        (typeof(CompactToken), "MaxLength", "characters", "Access token", "401 `too_large`"),
        (typeof(PolicySourceCheck), "MostSources", "sources", "Tokens of one request that a policy reads", "the configuration is rejected"),
        (typeof(CompactToken), "MaxHeaderLength", "bytes", "JOSE header of a token", "401 `too_large`"),
        (typeof(JoseHeader), "MaxKeyIdLength", "bytes", "`kid` of a token", "401 `malformed`"),
        (typeof(IdentityPlan), "MaxValueLength", "bytes", "One identity header", "401 `too_large`"),
        (typeof(IdentityPlan), "MaxTotalLength", "bytes", "All identity headers of a request", "401 `too_large`"),
        (typeof(JsonWebKeySet), "MaxKeys", "keys", "Keys of a key set", "the key set is rejected; known keys stay in use"),
        (
            typeof(KeyDocumentClient), "MaxLength", "bytes", "Key set or metadata of a provider",
            "the document is rejected; known keys stay in use"),
        (typeof(KeyDocumentClient), "Timeout", "", "Time for a provider to respond", "the fetch has failed and is repeated"),
        (typeof(KeyDocumentClient), "MaxRedirects", "redirects", "Redirects of a provider", "the fetch has failed"),
        (typeof(KeyRefresher), "Interval", "", "Time between two fetches of keys, unless the provider says otherwise", ""),
        (
            typeof(KeySearch), "LongestWait", "", "Wait of a token with an unknown key for a fetch",
            "401 `unknown_key`, or 503 `keys_unavailable` without any keys"),
        (
            typeof(SearchAllowance), "Every", "", "Time between two fetches for unknown keys of one issuer, after three in a row",
            "401 `unknown_key` at once"),
        (typeof(JsonWebKey), "MinRsaBits", "bits", "Smallest RSA key", "the key is not used"),
        (typeof(JsonWebKey), "MaxRsaBits", "bits", "Largest RSA key", "the key is not used"),
        (
            typeof(DecryptionKeySet), "MaxKeys", "keys", "Private keys of a `DecryptionFile`",
            "the configuration is rejected; known keys stay in use"),
        (typeof(TokenDecryption), "MostTries", "keys", "Private keys that one encrypted token is tried with", "401 `undecryptable`"),
        (typeof(IntrospectionClient), "MaxLength", "bytes", "Introspection response", "503 `introspection_unavailable`"),
        (
            typeof(Introspector), "MostCalls", "calls", "Introspection calls under way, for unknown tokens",
            "503 `introspection_unavailable`"),
        (typeof(StatusBits), "MaxLength", "bytes", "Status list, inflated", "the list is rejected; the known one stays in use"),
        (typeof(StatusListSet), "MaxLists", "lists", "Status lists in use of one issuer", "503 `revocation_unavailable`"),
        (typeof(RevocationRequest), "MaxValueLength", "characters", "Value of a revocation", "400"),
        (typeof(RevocationRequest), "MaxReasonLength", "characters", "Reason of a revocation", "400"),
        (
            typeof(NamedFile), "MaxLength", "bytes", "File that yarp.json names, such as a secret or a certificate",
            "the configuration is rejected"),
        (typeof(YarpJson), "MaxDepth", "levels", "Nesting of yarp.json", "the configuration is rejected"),
    ];

    [Fact]
    public void Table_has_the_values_of_the_code()
    {
        var path = Path.Combine(Script.Root, "docs", "limits.md");
        var page = File.ReadAllText(path);
        var start = page.IndexOf(Header, StringComparison.Ordinal) + Header.Length;
        var end = page.IndexOf("\n\n", start, StringComparison.Ordinal);
        var table = string.Join('\n', Rows.Select(row => $"| {row.Limit} | {ValueOf(row.Owner, row.Field, row.Unit)} | {row.Beyond} |"));
        if (Environment.GetEnvironmentVariable("UPDATE_LIMITS") == "1")
        {
            File.WriteAllText(path, page[..start] + table + page[end..]);
            return;
        }

        page[start..end].ShouldBe(table);
    }

    private static string ValueOf(Type owner, string name, string unit)
    {
        var value = owner.GetField(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .ShouldNotBeNull($"{owner.Name}.{name}")
            .GetValue(null);
        return value switch
        {
            TimeSpan { TotalSeconds: < 60 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
            TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes} min"),
            var number => string.Create(CultureInfo.InvariantCulture, $"{number:#,##0} {unit}"),
        };
    }
}
