using FsCheck;
using FsCheck.Fluent;
using Gateway.Pipeline.Hygiene;
using Gateway.RouteFeatures.Paths;

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
        Check(raw, path, isHttp1: true).ShouldBe(RequestFault.None);
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
    public void Target_that_readers_could_take_differently_is_rejected(string raw, string fault)
    {
        // Whatever the server makes of it: its own reading must not turn the rejection into a pass.
        Check(raw, raw, isHttp1: true).ShouldBe(Enum.Parse<RequestFault>(fault));
    }

    [Theory]
    [InlineData("/a", "/b")]
    [InlineData("/a", "/A")]
    [InlineData("/a", "")]
    [InlineData("/%41", "/%41")]
    [InlineData("/a/../b", "/a/../b")]
    [InlineData("http://shop.example/a", "/")]
    public void Path_that_the_server_read_in_another_way_is_rejected(string raw, string path)
    {
        Check(raw, path, isHttp1: true).ShouldBe(RequestFault.TargetDifferent);
    }

    [Fact]
    public void Whole_url_is_for_http1_only()
    {
        Check("http://shop.example/a", "/a", isHttp1: false).ShouldBe(RequestFault.TargetForm);
        Check("/a", "/a", isHttp1: false).ShouldBe(RequestFault.None);
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

            Check($"/x%{octet:X2}y", $"/x{(char)octet}y", isHttp1: true).ShouldBe(expected, $"%{octet:X2}");
            Check($"/x%{octet:x2}y", $"/x{(char)octet}y", isHttp1: true).ShouldBe(expected, $"%{octet:x2}");
        }
    }

    [Fact]
    public void Target_longer_than_a_request_line_is_rejected()
    {
        var longest = "/" + new string('a', (8 * 1024) - 1);

        Check(longest, longest, isHttp1: true).ShouldBe(RequestFault.None);
        Check(longest + "a", longest + "a", isHttp1: true).ShouldBe(RequestFault.TargetCharacter);
    }

    [Fact]
    public void Nothing_makes_the_check_throw()
    {
        // Dense in what the check looks at, so that odd combinations come up often.
        var pieces = Gen.Elements(
            "/", "/", "%", "2", "F", "e", ".", "..", ";", "?", "a", "%2e", "%25", "%E2%82", "http://", "\\", "\0", "\u20AC", "\uD800");
        var targets = Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary();

        Prop.ForAll(targets, raw =>
        {
            _ = Check(raw, raw, isHttp1: true);
            _ = Check(raw, "", isHttp1: false);
        }).QuickCheckThrowOnFailure();
    }

    public static MatrixTheoryData<bool, bool, bool> Settings => new([false, true], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Settings))]
    public void No_reading_of_what_passes_has_a_dot_segment(bool slashes, bool parameters, bool merges)
    {
        var allowed = (slashes ? PathTraits.EncodedSlash : PathTraits.None) | (parameters ? PathTraits.Parameter : PathTraits.None);
        var rules = new PathRules(new Dictionary<string, PathTraits> { ["route"] = allowed }, merges);
        var pieces =
            Gen.Elements("a", ".", "%41", "%2e", "%25", "%32", "%65", "%2F", "%2f", "2", "e", "f", "5", "c", ";", ";", "%3b", "/", "/");
        var targets = Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary();

        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(targets, text =>
        {
            var raw = "/" + text;
            var path = Served(raw);
            if (RequestTarget.Read(raw, path, isHttp1: true, rules, out var reading) != RequestFault.None)
            {
                return;
            }

            (reading.Traits & ~allowed).ShouldBe(PathTraits.None);
            reading.Sent.Span.ToString().ShouldBe(reading.Sent.IsKept ? merges ? RequestTarget.Merge(raw) : raw : "");
            foreach (var other in PathReadings.Of(reading.Merged ?? path, reading.Traits).Append(reading.Merged ?? path))
            {
                var segments = Uri.UnescapeDataString(other).Split('/', '\\');
                segments.ShouldNotContain(".");
                segments.ShouldNotContain("..");
            }
        }));
    }

    [Fact]
    public void Decoding_twice_what_passes_by_default_brings_no_new_segment()
    {
        var pieces = Gen.Elements("a", ".", "%41", "%2e", "%25", "%32", "%65", "2", "e", "f", "5", "c", ";", "/");
        var targets = Gen.ArrayOf(pieces).Select(string.Concat).ToArbitrary();

        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(targets, text =>
        {
            var raw = "/" + text;
            var path = Uri.UnescapeDataString(raw);
            if (Check(raw, path, isHttp1: true) == RequestFault.None)
            {
                Uri.UnescapeDataString(path).Split('/', '\\').Length.ShouldBe(raw.Split('/').Length);
            }
        }));
    }

    [Theory]
    [InlineData("/a%2Fb", "/a/b")]
    [InlineData("/a%2f%2Fb", "/a//b,/a/b")]
    [InlineData("/a;v=1/b", "/a/b,/a")]
    [InlineData("/a;v%2Fc/b", "/a/b,/a,/a;v/c/b,/a/c/b")]
    [InlineData("/;x/b", "//b,/,/b")]
    public void Every_reading_of_a_path_is_found(string path, string readings)
    {
        PathReadings.Of(path, PathTraits.EncodedSlash | PathTraits.Parameter).ShouldBe(readings.Split(','), ignoreOrder: true);
    }

    [Theory]
    [InlineData("/a?\"<>\\{}|^`[]%", nameof(RequestFault.None))]
    [InlineData("http://shop.example?\"<>\\", nameof(RequestFault.None))]
    [InlineData("/a\"?b", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a?b c", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a?\u00E9", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a?\u0001", nameof(RequestFault.TargetCharacter))]
    [InlineData("/a?#", nameof(RequestFault.TargetCharacter))]
    public void Query_is_free_of_what_ends_it_alone(string raw, string fault)
    {
        Check(raw, raw.StartsWith('/') ? "/a" : "/", isHttp1: true).ShouldBe(Enum.Parse<RequestFault>(fault));
    }

    /// <summary>As the server decodes a path: all but encoded slashes, then dot segments are removed.</summary>
    private static string Served(string raw)
    {
        var decoded = string.Join(
            '\u0001', raw.Split("%2F").Select(upper => string.Join('\u0002', upper.Split("%2f").Select(Uri.UnescapeDataString))));
        var segments = new List<string>();
        var all = decoded[1..].Split('/');
        foreach (var (index, segment) in all.Index())
        {
            if (segment == ".." && segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }

            if (segment is not ("." or ".."))
            {
                segments.Add(segment);
            }
            else if (index == all.Length - 1)
            {
                segments.Add("");
            }
        }

        return $"/{string.Join('/', segments)}".Replace(
            "\u0001", "%2F", StringComparison.Ordinal).Replace("\u0002", "%2f", StringComparison.Ordinal);
    }

    private static RequestFault Check(string raw, string path, bool isHttp1) =>
        RequestTarget.Read(raw, path, isHttp1, PathRules.Strict, out _);
}
