using System.Net;
using Gateway.Foundation;
using Gateway.Pipeline.Telemetry;
using Gateway.Runtime;
using Gateway.Telemetry;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Pipeline.Telemetry;

/// <summary>A flood of bad requests does not become a flood of lines.</summary>
public sealed class AccessLogTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly LogCapture _lines = new();
    private readonly LoggerFactory _loggers;
    private readonly RecentRequests _recent;
    private readonly AccessLog _log;

    public AccessLogTests()
    {
        _loggers = new LoggerFactory([_lines]);
        _recent = new RecentRequests(_clock);
        _log = new AccessLog(_clock, _loggers, _recent);
    }

    [Fact]
    public void Second_has_200_lines_and_the_next_one_says_how_many_were_left_out()
    {
        Fail(230);
        _lines.Lines.Count.ShouldBe(200);

        _clock.Pass(TimeSpan.FromSeconds(1));
        Fail(1);

        _lines.Lines.Count.ShouldBe(202);
        _lines.Lines.Count(line => line.Contains($" {EventIds.RejectionsOmitted}: 30 lines ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("deny")]
    [InlineData("ambiguous")]
    [InlineData("limit")]
    [InlineData("logout")]
    public void Rejections_that_anybody_can_cause_hide_no_failure(string outcome)
    {
        Decide(outcome, 1000);

        Fail(1);
        Decide("close", 1);
        Decide("report", 1);

        _lines.Lines.Count.ShouldBe(203);
        _lines.Lines.Count(line => line.Contains(": 502 in ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void What_was_left_out_is_said_of_rejections_and_of_the_rest_apart()
    {
        Decide("deny", 210);
        Decide("limit", 1);
        Fail(203);

        _clock.Pass(TimeSpan.FromSeconds(1));
        Decide("logout", 1);
        Fail(1);

        _lines.Lines.Where(line => line.Contains($" {EventIds.RejectionsOmitted}: ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..line.IndexOf(" were", StringComparison.Ordinal)])
            .ShouldBe(["11 lines of rejected requests", "3 lines of other requests"]);
    }

    [Fact]
    public void Request_that_passed_takes_no_line_of_those_that_did_not()
    {
        var passed = new DefaultHttpContext();
        for (var i = 0; i < 500; i++)
        {
            _log.Notable(passed, _log.Start(), null);
        }

        Fail(200);

        _lines.Lines.Count.ShouldBe(200);
    }

    [Theory]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public void Client_of_a_listener_for_IPv4_and_IPv6_is_logged_in_the_form_of_its_own_protocol(string address, string written)
    {
        var context = new DefaultHttpContext { Response = { StatusCode = StatusCodes.Status502BadGateway } };
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);

        Write(context, 1);

        _lines.Lines.ShouldHaveSingleItem().ShouldContain($", client {written}, ");
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _recent.Dispose();
    }

    private void Decide(string outcome, int count)
    {
        var context = new DefaultHttpContext();
        context.Features.Set(new GatewayRequest(null!) { Decision = new AuthDecision(outcome, "reason", null) });
        Write(context, count);
    }

    private void Fail(int count) => Write(new DefaultHttpContext { Response = { StatusCode = StatusCodes.Status502BadGateway } }, count);

    private void Write(HttpContext context, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _log.Notable(context, _log.Start(), null);
        }
    }
}
