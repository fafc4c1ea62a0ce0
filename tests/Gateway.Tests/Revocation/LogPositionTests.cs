using Gateway.Revocation;

namespace Gateway.Tests.Revocation;

public sealed class LogPositionTests
{
    [Theory]
    [InlineData("0-0", "0-1")]
    [InlineData("1526919030474-55", "1526919030474-56")]
    [InlineData("1526919030474-18446744073709551615", "1526919030475-0")]
    public void Stream_id_is_read_and_followed_by_the_next(string id, string next)
    {
        LogPosition.TryParse(id, out var position).ShouldBeTrue();

        position.ToString().ShouldBe(id);
        position.Next.ToString().ShouldBe(next);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-2-3")]
    [InlineData("1 -2")]
    [InlineData("18446744073709551616-0")]
    public void Anything_else_is_no_stream_id(string? id) => LogPosition.TryParse(id, out _).ShouldBeFalse();
}
