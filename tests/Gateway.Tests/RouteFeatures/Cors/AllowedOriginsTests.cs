using Gateway.RouteFeatures.Cors;

namespace Gateway.Tests.RouteFeatures.Cors;

/// <summary>Which origins a policy may list, and which it then lets call.</summary>
public sealed class AllowedOriginsTests
{
    [Theory]
    [InlineData("https://app.example.com", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://*.example.com", true)]
    [InlineData("https://*.example.com:8443", true)]
    [InlineData("http://*.localhost:3000", true)]
    [InlineData("capacitor://localhost", true)]
    [InlineData("ionic://localhost", true)]
    [InlineData("tauri://localhost", true)]
    [InlineData("chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb", true)]
    [InlineData("moz-extension://0c7e8a5f-3b1d-4b0e-9c58-1d0a5a0c1f10", true)]
    [InlineData("null", true)]
    [InlineData("NULL", false)]
    [InlineData("https://*", false)]
    [InlineData("https://*.com", false)]
    [InlineData("https://*.*.example.com", false)]
    [InlineData("https://a.*.example.com", false)]
    [InlineData("https://*example.com", false)]
    [InlineData("https://*.10.0.0.1", false)]
    [InlineData("https://*.example.com:443", false)]
    [InlineData("https://*.example.com/", false)]
    [InlineData("https://*.Example.com", false)]
    [InlineData("capacitor://*.localhost", false)]
    [InlineData("capacitor://localhost/", false)]
    [InlineData("capacitor://Localhost", false)]
    [InlineData("capacitor:localhost", false)]
    [InlineData("HTTP://localhost", false)]
    [InlineData("http//localhost", false)]
    [InlineData("https://app.example.com\n", false)]
    [InlineData("capacitor://localhost\n", false)]
    [InlineData("", false)]
    public void Origin_is_listed_as_browsers_write_it(string origin, bool isValid)
    {
        AllowedOrigins.IsValid(origin).ShouldBe(isValid);
    }

    [Theory]
    [InlineData("https://a.example.com", true)]
    [InlineData("https://a-1.b_2.example.com", true)]
    [InlineData("http://a.localhost:3000", true)]
    [InlineData("capacitor://localhost", true)]
    [InlineData("null", true)]
    [InlineData("https://example.com", false)]
    [InlineData("https://.example.com", false)]
    [InlineData("https://a..example.com", false)]
    [InlineData("https://evilexample.com", false)]
    [InlineData("https://a.example.com.evil.test", false)]
    [InlineData("https://evil.test/.example.com", false)]
    [InlineData("https://evil.test#.example.com", false)]
    [InlineData("https://evil.test?.example.com", false)]
    [InlineData("https://evil.test:1.example.com", false)]
    [InlineData("https://user@a.example.com", false)]
    [InlineData("https://a.example.com:8443", false)]
    [InlineData("http://a.example.com", false)]
    [InlineData("HTTPS://A.EXAMPLE.COM", false)]
    [InlineData("http://a.localhost", false)]
    [InlineData("capacitor://localhost:1", false)]
    [InlineData("ionic://localhost", false)]
    [InlineData("", false)]
    public void Origin_may_call_where_it_is_listed_or_below_a_listed_domain(string origin, bool mayCall)
    {
        new AllowedOrigins(["https://*.example.com", "http://*.localhost:3000", "capacitor://localhost", "null"])
            .Contains(origin)
            .ShouldBe(mayCall);
    }
}
