using Gateway.Observability;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Observability;

/// <summary>A flood of bad requests does not become a flood of lines.</summary>
public sealed class AccessLogTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly LogCapture _lines = new();
    private readonly LoggerFactory _loggers;
    private readonly AccessLog _log;

    public AccessLogTests()
    {
        _loggers = new LoggerFactory([_lines]);
        _log = new AccessLog(_clock, _loggers);
    }

    [Fact]
    public void Second_has_200_lines_and_the_next_one_says_how_many_were_left_out()
    {
        Fail(230);
        _lines.Lines.Count.ShouldBe(200);

        _clock.Pass(TimeSpan.FromSeconds(1));
        Fail(1);

        _lines.Lines.Count.ShouldBe(202);
        _lines.Lines.Count(line => line.Contains($" {EventIds.RefusalsOmitted}: 30 lines ", StringComparison.Ordinal)).ShouldBe(1);
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

    public void Dispose() => _loggers.Dispose();

    private void Fail(int count)
    {
        var context = new DefaultHttpContext { Response = { StatusCode = StatusCodes.Status502BadGateway } };
        for (var i = 0; i < count; i++)
        {
            _log.Notable(context, _log.Start(), null);
        }
    }
}
