using System.Buffers.Text;
using System.Text;
using Gateway.Jose;

namespace Gateway.Tests.Jose;

/// <summary>A header that is remembered reads as it would if it were parsed.</summary>
public sealed class JoseHeaderCacheTests
{
    [Fact]
    public void More_headers_than_there_are_slots_for_are_never_mistaken_for_each_other()
    {
        var headers = new JoseHeaderCache();
        for (var time = 0; time < 3; time++)
        {
            for (var i = 0; i < 2000; i++)
            {
                // Twice in a row: the second is the remembered one.
                Read(headers, $$"""{"alg":"RS256","kid":"{{i}}"}""")!.Value.KeyId.ShouldBe($"{i}");
                Read(headers, $$"""{"alg":"RS256","kid":"{{i}}"}""")!.Value.KeyId.ShouldBe($"{i}");
            }
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"alg":"RS256","crit":["exp"]}""")]
    [InlineData("""{"alg":"RS256","alg":"none"}""")]
    public void Header_that_is_rejected_is_rejected_again(string json)
    {
        var headers = new JoseHeaderCache();

        Read(headers, json).ShouldBeNull();
        Read(headers, json).ShouldBeNull();
    }

    [Theory]
    [InlineData(8)]
    [InlineData(200)]
    public void Long_and_short_headers_read_alike(int keyIdLength)
    {
        var headers = new JoseHeaderCache();
        var json = $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{new string('k', keyIdLength)}}"}""";

        for (var time = 0; time < 2; time++)
        {
            Read(headers, json).ShouldBe(new JoseHeader("ES256", new string('k', keyIdLength), "at+jwt"));
        }
    }

    private static JoseHeader? Read(JoseHeaderCache headers, string json)
    {
        CompactToken.TrySplit($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json))}.e30.AA", out var token, out _).ShouldBeTrue();
        return headers.TryRead(token, out var header) ? header : null;
    }
}
