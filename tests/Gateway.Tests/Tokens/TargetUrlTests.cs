using FsCheck;
using FsCheck.Fluent;
using Gateway.Tokens;

namespace Gateway.Tests.Tokens;

public sealed class TargetUrlTests
{
    [Theory]
    [InlineData("https://api.example.com/a", "https://api.example.com/a")]
    [InlineData("HTTPS://API.Example.COM/a", "https://api.example.com/a")]
    [InlineData("https://api.example.com:443/a", "https://api.example.com/a")]
    [InlineData("https://api.example.com:/a", "https://api.example.com/a")]
    [InlineData("http://api.example.com:80/a", "http://api.example.com/a")]
    [InlineData("http://api.example.com:443/a", "http://api.example.com:443/a")]
    [InlineData("https://api.example.com.:8443/a", "https://api.example.com:8443/a")]
    [InlineData("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a")]
    [InlineData("https://api.example.com", "https://api.example.com/")]
    [InlineData("https://api.example.com?x=/y", "https://api.example.com/")]
    [InlineData("https://api.example.com/a?x=1#f", "https://api.example.com/a")]
    [InlineData("https://api.example.com/a#f?x", "https://api.example.com/a")]
    [InlineData("https://api.example.com/%7euser/%2f%c3%a4", "https://api.example.com/~user/%2F%C3%A4")]
    [InlineData("https://api.example.com/a/./b/../c", "https://api.example.com/a/c")]
    [InlineData("https://api.example.com/a/%2e%2E/c/..", "https://api.example.com/")]
    [InlineData("https://api.example.com/..", "https://api.example.com/")]
    [InlineData("https://api.example.com/a//b/", "https://api.example.com/a//b/")]
    [InlineData("https://api.example.com/.well-known/x", "https://api.example.com/.well-known/x")]
    public void Url_is_normalized_by_syntax_and_scheme(string url, string normalized)
    {
        TargetUrl.Normalize(url).ShouldBe(normalized);
        TargetUrl.Normalize(normalized).ShouldBe(normalized);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("api.example.com/a")]
    [InlineData("wss://api.example.com/a")]
    [InlineData("https:/api.example.com/a")]
    [InlineData("https:///a")]
    [InlineData("https://:443/a")]
    [InlineData("https://user@api.example.com/a")]
    [InlineData("https://api.example.com/%4")]
    [InlineData("https://api.example.com/%zz")]
    [InlineData("https://api.example.com/a b")]
    [InlineData("https://api.example.com/ä")]
    [InlineData("https://api.exämple.com/")]
    [InlineData(" https://api.example.com/a")]
    [InlineData("https://api.example.com\\a")]
    public void What_is_no_url_of_a_request_has_no_form(string url) => TargetUrl.Normalize(url).ShouldBeNull();

    [Theory]
    [InlineData("https://api.example.com/a")]
    [InlineData("https://api.example.com/A")]
    [InlineData("https://api.example.com/a/")]
    [InlineData("https://api.example.com/a%2F")]
    [InlineData("https://api.example.com/a;b")]
    [InlineData("https://api.example.com:8443/a")]
    [InlineData("http://api.example.com/a")]
    [InlineData("https://api.example.org/a")]
    public void Other_target_has_another_form(string url)
    {
        string[] all =
        [
            "https://api.example.com/a", "https://api.example.com/A", "https://api.example.com/a/", "https://api.example.com/a%2F",
            "https://api.example.com/a;b",
            "https://api.example.com:8443/a", "http://api.example.com/a", "https://api.example.org/a",
        ];

        all.Count(other => TargetUrl.Normalize(other) == TargetUrl.Normalize(url)).ShouldBe(1);
    }

    [Fact]
    public void Any_text_has_a_stable_form_or_none()
    {
        var paths = Gen.Elements("/", ".", "..", "%2e", "%2F", "%7E", "%", "a", "A", ";", "?", "#", ":", "ä")
            .ListOf()
            .Select(parts => $"https://a/{string.Concat(parts)}");

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(2_000),
            Prop.ForAll(
                paths.ToArbitrary(),
                url => TargetUrl.Normalize(url) is not { } normalized || TargetUrl.Normalize(normalized) == normalized));
    }
}
