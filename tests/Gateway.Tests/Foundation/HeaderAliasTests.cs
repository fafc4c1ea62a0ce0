using Gateway.Foundation;
using Gateway.Identity;

namespace Gateway.Tests.Foundation;

public sealed class HeaderAliasTests
{
    private const string Subject = "X-Auth-Subject";

    // Every character of an RFC 9110 token that is no letter or digit: what some server turns into `_` or `-`.
    public static TheoryData<char> Separators => [.. "!#$%&'*+-.^_`|~"];

    [Theory]
    [MemberData(nameof(Separators))]
    public void Every_separator_of_a_header_name_is_the_same(char separator)
    {
        HeaderSyntax.IsToken($"X{separator}Auth").ShouldBeTrue();
        HeaderAlias.IsSame($"x{separator}AUTH{separator}subject", Subject).ShouldBeTrue();
        HeaderAlias.StartsWith($"x{separator}forwarded{separator}for", "X-Forwarded-").ShouldBeTrue();
    }

    [Theory]
    [InlineData("X-Auth-Subjec")]
    [InlineData("X-Auth-Subject2")]
    [InlineData("X-Auth-Subjekt")]
    [InlineData("X--Auth-Subject")]
    [InlineData("XAuthSubject")]
    [InlineData("")]
    public void Names_that_differ_in_letters_or_length_are_different(string name)
    {
        HeaderAlias.IsSame(name, Subject).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Separators))]
    public void Identity_header_is_taken_from_the_client_in_every_spelling(char separator)
    {
        var guarded = new ProtectedHeaders([Subject], ["Authorization"], AliasBehavior.Strip);
        var isExact = separator == '-';

        guarded.Judge(
            $"x{separator}auth{separator}SUBJECT", out var isIdentity).ShouldBe(isExact ? HeaderVerdict.Strip : HeaderVerdict.Alias);
        isIdentity.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Separators))]
    public void Identity_header_that_begins_with_a_separator_is_taken_in_every_spelling(char separator)
    {
        var guarded = new ProtectedHeaders(["-subject", "0-Auth"], ["Authorization"], AliasBehavior.Strip);

        guarded.Judge($"{separator}SUBJECT", out _).ShouldNotBe(HeaderVerdict.Keep);
        guarded.Judge($"0{separator}auth", out _).ShouldNotBe(HeaderVerdict.Keep);
    }

    [Theory]
    [MemberData(nameof(Separators))]
    public void Token_header_is_kept_only_in_its_own_spelling(char separator)
    {
        var guarded = new ProtectedHeaders([Subject], ["X-Access-Token"], AliasBehavior.Strip);

        guarded.Judge($"x{separator}access{separator}token", out var isIdentity)
            .ShouldBe(separator == '-' ? HeaderVerdict.Keep : HeaderVerdict.Alias);
        isIdentity.ShouldBeFalse();
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("x-real-ip")]
    [InlineData("X_Real_IP")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X_FORWARDED_HOST")]
    [InlineData("X-Forwarded-Anything")]
    [InlineData("X-Original-URL")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X-Original-URI")]
    [InlineData("Proxy")]
    [InlineData("remote_user")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X_HTTP.Method_Override")]
    public void What_proxies_tell_each_other_is_no_business_of_clients(string name)
    {
        new ProtectedHeaders([Subject], [], AliasBehavior.Reject).Judge(name, out var isIdentity).ShouldBe(HeaderVerdict.Strip);
        isIdentity.ShouldBeFalse();
        ProxyHeaders.Contains(name).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Accept")]
    [InlineData("Authorization")]
    [InlineData("X-Auth")]
    [InlineData("X-Auth-Subject-2")]
    [InlineData("X-Request-Id")]
    [InlineData("X-Forwarded-")]
    public void Other_headers_are_kept(string name)
    {
        new ProtectedHeaders([Subject], ["Authorization"], AliasBehavior.Strip).Judge(name, out _).ShouldBe(HeaderVerdict.Keep);
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("host")]
    [InlineData("Content-Length")]
    [InlineData("Content-Anything")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Transfer_Encoding")]
    [InlineData("Connection")]
    [InlineData("Cookie")]
    [InlineData("TE")]
    [InlineData("If-Match")]
    [InlineData("Sec-Fetch-Site")]
    [InlineData("Access-Control-Request-Method")]
    [InlineData("X-Forwarded-For")]
    [InlineData("Forwarded")]
    [InlineData("traceparent")]
    [InlineData("Expires")]
    public void Header_of_http_carries_neither_identity_nor_token(string name)
    {
        ReservedHeaders.Contains(name).ShouldBeTrue();
        ReservedHeaders.Contains(name, forToken: true).ShouldBeTrue();
    }

    [Fact]
    public void Authorization_carries_a_token_and_no_identity()
    {
        ReservedHeaders.Contains("Authorization").ShouldBeTrue();
        ReservedHeaders.Contains("Authorization", forToken: true).ShouldBeFalse();
        ReservedHeaders.Contains("X-Auth-Subject").ShouldBeFalse();
    }
}
