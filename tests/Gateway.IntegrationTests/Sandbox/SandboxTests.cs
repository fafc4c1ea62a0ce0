using System.Net;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Gateway.Sandbox;
using Gateway.Telemetry;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Sandbox;

/// <summary>The first five minutes, as a newcomer has them: start the program, paste what it prints.</summary>
public sealed class SandboxTests
{
    [Fact]
    public async Task Every_printed_line_does_what_it_says_when_pasted()
    {
        var ports = FreePorts(4);
        await using var sandbox = Script.Start(
            "dotnet",
            Path.Combine(AppContext.BaseDirectory, "Gateway.Sandbox.dll"),
            "--gateway", ports[0], "--management", ports[1], "--issuer", ports[2], "--destination", ports[3]);
        var lines = await ReadCommandsAsync(sandbox);

        using var browser = new HttpClient();
        var page = await browser.GetStringAsync($"http://localhost:{ports[0]}/");
        var policy = (await browser.GetAsync($"http://localhost:{ports[0]}/")).Headers.GetValues("Content-Security-Policy").Single();

        page.ShouldContain($"<a href=\"http://localhost:{ports[1]}/admin\">");
        page.ShouldContain("docs/README.md");
        lines.ShouldAllBe(line => page.Contains(HtmlEncoder.Create(UnicodeRanges.All).Encode(line), StringComparison.Ordinal));
        policy.ShouldStartWith("default-src 'none'; style-src 'sha256-");

        // One shell for all of them, as the person at the terminal has; each answer under its own mark.
        var script = string.Join('\n', lines.Select((line, index) => $"echo; echo '@{index}'\n{line}"));
        var result = await Script.RunAsync("bash", ["-c", script]);
        var answers =
            result.Output.Split("\n@").Skip(1).Select(answer => answer[(answer.IndexOf('\n', StringComparison.Ordinal) + 1)..]).ToArray();

        answers.Length.ShouldBe(lines.Count);
        var story = string.Join('|', lines.Zip(answers, Summarize));
        story.ShouldBe("token|identity of alice|401|401|token|403|204|401|keys|token|identity of bob", result.Output + result.Errors);
    }

    [Fact]
    public async Task Silent_minutes_get_a_line()
    {
        var clock = new ManualClock();
        using var requests = new RecentRequests(clock);
        using var stopping = new CancellationTokenSource();
        await using var console = new StringWriter();
        var pulse = Pulse.RunAsync(requests, new SandboxPorts(8080, 8081, 8090, 8091), clock, console, stopping.Token);
        requests.Began();

        clock.Advance(Pulse.Pause);
        await Eventually.TrueAsync(
            () => console.ToString().Contains("Still running, 1 request in 5 minutes.", StringComparison.Ordinal), "a line");
        await stopping.CancelAsync();
        await pulse;

        console.ToString().ShouldContain("http://localhost:8080 says what to try");
    }

    [Fact]
    public async Task Taken_port_is_named_with_the_option_that_cures_it()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var ports = FreePorts(3);

        var result = await Script.RunAsync(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "Gateway.Sandbox.dll"), "--gateway", port, "--management", ports[0], "--issuer",
                ports[1], "--destination", ports[2]]);

        result.ExitCode.ShouldBe(1);
        result.Errors.ShouldContain(port);
        result.Errors.ShouldContain("--gateway");
    }

    private static string Summarize(string line, string answer) => answer switch
    {
        _ when line.Contains("=$(", StringComparison.Ordinal) => answer.Trim().Length == 0 ? "token" : answer,
        _ when answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) => answer[9..12],
        _ when answer.Contains("X-Auth-Subject", StringComparison.Ordinal) =>
            answer.Contains("alice", StringComparison.Ordinal) ? "identity of alice"
            : answer.Contains("bob", StringComparison.Ordinal) ? "identity of bob" : answer,
        _ when line.Contains("/rotate", StringComparison.Ordinal) => "keys",
        _ => answer,
    };

    /// <summary>The indented lines of the banner that are commands.</summary>
    private static async Task<List<string>> ReadCommandsAsync(Script sandbox)
    {
        var commands = new List<string>();
        for (var line = ""; !line.StartsWith("Ctrl+C", StringComparison.Ordinal); line = await sandbox.ReadLineAsync())
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                commands.Add(line.Trim());
            }
        }

        return commands;
    }

    private static string[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var ports = listeners.Select(
            listener => ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }

        return ports;
    }
}
