using FsCheck;
using FsCheck.Fluent;
using Gateway.Pipeline.Hygiene;

namespace Gateway.Tests.Pipeline.Hygiene;

/// <summary>What passes must mean one path to everybody; each row has the path that the server makes of the target.</summary>
public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/orders", "/orders")]
    [InlineData("/orders/", "/orders/")]
    [InlineData("/orders?x=1", "/orders")]
    [InlineData("/orders?x=//a/../%2e%2e%2f%00", "/orders")]
    [InlineData("/?", "/")]
    [InlineData("/a:b@c=d,e+f!$&'()*~_-", "/a:b@c=d,e+f!$&'()*~_-")]
    [InlineData("/a.b/c.d", "/a.b/c.d")]
    [InlineData("/...", "/...")]
    [InlineData("/.well-known/x", "/.well-known/x")]
    [InlineData("/%E2%82%AC", "/\u20AC")]
    [InlineData("/%e2%82%ac", "/\u20AC")]
    [InlineData("/%F0%9F%98%80", "/\U0001F600")]
    [InlineData("/a%20b", "/a b")]
    [InlineData("/%41", "/A")]
    [InlineData("/100%25", "/100%")]
    [InlineData("/100%25/x", "/100%/x")]
    [InlineData("/%2541", "/%41")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/%2e%2E/b", "/b")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/..", "/")]
    [InlineData("/a/../", "/")]
    [InlineData("http://shop.example", "/")]
    [InlineData("http://shop.example/", "/")]
    [InlineData("HTTPS://shop.example:8443/orders?x", "/orders")]
    [InlineData("http://shop.example?x=/a", "/")]
    public void Target_with_one_meaning_passes(string raw, string path)
    {
        RequestTarget.Check(raw, path, isHttp1: true).ShouldBe(RequestFault.None);
    }

    [Theory]
    [InlineData("*", nameof(RequestFault.TargetForm))]
    [InlineData("", nameof(RequestFault.TargetForm))]
    [InlineData("shop.example:443", nameof(RequestFault.TargetForm))]
    [InlineData("orders", nameof(RequestFault.TargetForm))]
    [InlineData("ftp://shop.example/", nameof(RequestFault.TargetForm))]
    [InlineData("javascript://shop.example/", nameof(RequestFault.TargetForm))]
    [InlineData("://shop.example/", nameof(RequestFault.TargetForm))]
    [InlineData("/a b", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a\tb", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a\rb", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a\nb", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a\0b", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a\u007F", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a\\..\\b", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a#b", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a?x#b", nameof(RequestFault.TargetCharacter))]
    [InlineData("/\u20AC", nameof(RequestFault.TargetCharacter))]
    [InlineData("/\"<>", nameof(RequestFault.TargetCharacter))]
    [InlineData("//", nameof(RequestFault.TargetSlashes))]
    [InlineData("//evil.example/", nameof(RequestFault.TargetSlashes))]
    [InlineData("/a//b", nameof(RequestFault.TargetSlashes))]
    [InlineData("http://shop.example//a", nameof(RequestFault.TargetSlashes))]
    [InlineData("/a%2Fb", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%2fb", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%5Cb", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%00", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%252fb", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%255Cb", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a/%252e%252e/b", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%2500", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%25%32%66b", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%252%66b", nameof(RequestFault.TargetSeparator))]
    [InlineData("/a%25%35cb", nameof(RequestFault.TargetSeparator))]
    [InlineData("/..", nameof(RequestFault.TargetDots))]
    [InlineData("/../a", nameof(RequestFault.TargetDots))]
    [InlineData("/a/../../b", nameof(RequestFault.TargetDots))]
    [InlineData("/%2e%2e/a", nameof(RequestFault.TargetDots))]
    [InlineData("/a;v=1/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/;/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/a%3Bx/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/a/..;/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/a/..;x=1/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/a/.;/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/a/%2e%2e;/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/a/..%3b/b", nameof(RequestFault.TargetParameters))]
    [InlineData("/%", nameof(RequestFault.TargetEncoding))]
    [InlineData("/a%2", nameof(RequestFault.TargetEncoding))]
    [InlineData("/a%zz", nameof(RequestFault.TargetEncoding))]
    [InlineData("/a%+1", nameof(RequestFault.TargetEncoding))]
    [InlineData("/a%u0041", nameof(RequestFault.TargetEncoding))]
    [InlineData("/%c0%af", nameof(RequestFault.TargetEncoding))]
    [InlineData("/%e0%80%af", nameof(RequestFault.TargetEncoding))]
    [InlineData("/%ed%a0%80", nameof(RequestFault.TargetEncoding))]
    [InlineData("/%ff", nameof(RequestFault.TargetEncoding))]
    [InlineData("/%0d%0aX:1", nameof(RequestFault.TargetEncoding))]
    [InlineData("/%7f", nameof(RequestFault.TargetEncoding))]
    public void Target_that_readers_could_take_differently_is_refused(string raw, string fault)
    {
        // Whatever the server makes of it: its own reading must not turn the refusal into a pass.
        RequestTarget.Check(raw, raw, isHttp1: true).ShouldBe(Enum.Parse<RequestFault>(fault));
    }

    [Theory]
    [InlineData("/a", "/b")]
    [InlineData("/a", "/A")]
    [InlineData("/a", "")]
    [InlineData("/%41", "/%41")]
    [InlineData("/a/../b", "/a/../b")]
    [InlineData("http://shop.example/a", "/")]
    public void Path_that_the_server_read_in_another_way_is_refused(string raw, string path)
    {
        RequestTarget.Check(raw, path, isHttp1: true).ShouldBe(RequestFault.TargetDifferent);
    }

    [Fact]
    public void Whole_url_is_for_http1_only()
    {
        RequestTarget.Check("http://shop.example/a", "/a", isHttp1: false).ShouldBe(RequestFault.TargetForm);
        RequestTarget.Check("/a", "/a", isHttp1: false).ShouldBe(RequestFault.None);
    }

    [Fact]
    public void Of_the_single_encoded_bytes_only_printable_ascii_without_separators_passes()
    {
        for (var octet = 0; octet <= 0xFF; octet++)
        {
            var expected = octet switch
            {
                0 or '/' or '\\' => RequestFault.TargetSeparator,
                ';' => RequestFault.TargetParameters,
                < 0x20 or >= 0x7F => RequestFault.TargetEncoding,
                _ => RequestFault.None,
            };

            RequestTarget.Check($"/x%{octet:X2}y", $"/x{(char)octet}y", isHttp1: true).ShouldBe(expected, $"%{octet:X2}");
            RequestTarget.Check($"/x%{octet:x2}y", $"/x{(char)octet}y", isHttp1: true).ShouldBe(expected, $"%{octet:x2}");
        }
    }

    [Fact]
    public void Target_longer_than_a_request_line_is_refused()
    {
        var longest = "/" + new string('a', (8 * 1024) - 1);

        RequestTarget.Check(longest, longest, isHttp1: true).ShouldBe(RequestFault.None);
        RequestTarget.Check(longest + "a", longest + "a", isHttp1: true).ShouldBe(RequestFault.TargetCharacter);
    }

    [Fact]
    public void Nothing_makes_the_check_throw()
    {
        // Dense in what the check looks at, so that odd combinations come up often.
        var pieces = Gen.Elements("/", "/", "%", "2", "F", "e", ".", "..", ";", "?", "a", "%2e", "%25", "%E2%82", "http://", "\\", "\0", "\u20AC", "\uD800");
        var targets = Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary();

        Prop.ForAll(targets, raw =>
        {
            _ = RequestTarget.Check(raw, raw, isHttp1: true);
            _ = RequestTarget.Check(raw, "", isHttp1: false);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Decoding_twice_what_passes_brings_no_new_segment()
    {
        var pieces = Gen.Elements("a", ".", "%41", "%2e", "%25", "%32", "%65", "2", "e", "f", "5", "c", ";", "/");
        var targets = Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(targets, text =>
        {
            var raw = "/" + text;
            var path = Uri.UnescapeDataString(raw);
            if (RequestTarget.Check(raw, path, isHttp1: true) == RequestFault.None)
            {
                var segments = Uri.UnescapeDataString(path).Split('/', '\\');
                segments.Length.ShouldBe(raw.Split('/').Length);
                segments.ShouldNotContain(".");
                segments.ShouldNotContain("..");
            }
        }));
    }
}
