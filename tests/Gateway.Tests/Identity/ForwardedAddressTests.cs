using System.Net;
using Gateway.Identity;

namespace Gateway.Tests.Identity;

public sealed class ForwardedAddressTests
{
    [Theory]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::1", "::1")]
    public void Client_of_a_listener_for_both_families_is_forwarded_in_the_form_of_its_own_family(string address, string expected)
    {
        using var request = new HttpRequestMessage();
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", IPAddress.Parse(address).ToString());

        ForwardedAddress.Unmap(IPAddress.Parse(address), request.Headers);

        ForwardedAddress.Of(IPAddress.Parse(address)).ShouldBe(expected);
        request.Headers.GetValues("X-Forwarded-For").ShouldBe([expected]);
    }

    [Fact]
    public void Address_that_another_transform_has_written_stays()
    {
        using var request = new HttpRequestMessage();
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "192.0.2.1, ::ffff:10.0.0.7");

        ForwardedAddress.Unmap(IPAddress.Parse("::ffff:10.0.0.7"), request.Headers);

        request.Headers.GetValues("X-Forwarded-For").ShouldBe(["192.0.2.1, ::ffff:10.0.0.7"]);
    }
}
