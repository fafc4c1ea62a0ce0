using System.Net;
using System.Net.Sockets;

namespace Gateway.Tests.Configuration;

/// <summary>The real program in a process of its own: exit codes, and what an operator reads.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_with_a_wrong_configuration_ends_with_1_and_every_error_on_standard_error()
    {
        var file = await WriteAsync(CheckedConfiguration.Good
            .Replace("[\"shop-api\"]", "[\" \"]", StringComparison.Ordinal)
            .Replace("\"read\",", "\"raed\",", StringComparison.Ordinal));

        var (exitCode, output, errors) = await ProgramRun.RunAsync([], "--config", file);

        exitCode.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldBe(
            """
            yarp.json:6:9: Gateway:Issuers:shop:Audiences: at least one audience is required, and none may be blank. List the `aud` values that name this API; else any token of the issuer would do. For tokens without `aud` list their clients in ClientIds.
            yarp.json:18:9: ReverseProxy:Routes:orders:AuthorizationPolicy: there is no authorization policy "raed". Did you mean "read"?
            The configuration has 2 errors; nothing was started.

            """);
    }

    [Fact]
    public async Task Check_of_a_good_configuration_ends_with_0()
    {
        var file = await WriteAsync(CheckedConfiguration.Good);

        var (exitCode, output, errors) = await ProgramRun.RunAsync([], "check", file);

        exitCode.ShouldBe(0);
        output.ShouldBe($"{file}: no errors.{Environment.NewLine}");
        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_of_a_file_that_is_not_there_ends_with_1()
    {
        var (exitCode, _, errors) = await ProgramRun.RunAsync([], "check", Path.Combine(_folder.FullName, "none.json"));

        exitCode.ShouldBe(1);
        errors.ShouldContain("cannot be read: ");
        errors.ShouldEndWith($"The configuration has 1 error.{Environment.NewLine}");
    }

    [Fact]
    public async Task Environment_variables_are_checked_with_the_file()
    {
        var file = await WriteAsync(CheckedConfiguration.With("[\"shop-api\"]", "[\" \"]"));

        var mended = await ProgramRun.RunAsync(new() { ["Gateway__Issuers__shop__Audiences__0"] = "shop-api" }, "check", file);
        var misspelt = await ProgramRun.RunAsync(new() { ["Gateway__Issuers__shop__Audience__0"] = "canary-7f3d9b51" }, "check", file);

        mended.ExitCode.ShouldBe(0, mended.Errors);
        misspelt.ExitCode.ShouldBe(1);
        misspelt.Errors.ShouldStartWith(
            "override Gateway__Issuers__shop__Audience: Gateway:Issuers:shop:Audience: this key is unknown. Did you mean \"Audiences\"?");
        misspelt.Errors.ShouldNotContain("canary-7f3d9b51");
    }

    [Fact]
    public async Task Environment_name_is_taken_from_the_environment()
    {
        var file = await WriteAsync(CheckedConfiguration.With("https://idp", "http://idp"));

        (await ProgramRun.RunAsync(new() { ["ASPNETCORE_ENVIRONMENT"] = "Development" }, "check", file)).ExitCode.ShouldBe(0);
        (await ProgramRun.RunAsync([], "check", file)).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Address_that_is_none_ends_with_1_and_one_line()
    {
        var file = await WriteAsync(CheckedConfiguration.Good);

        var (exitCode, _, errors) =
            await ProgramRun.RunAsync(new() { ["Gateway__Management__Port"] = "0" }, "run", "--config", file, "--urls", "nowhere");

        exitCode.ShouldBe(1);
        errors.ShouldBe(
            """
            override Urls: Urls: "nowhere" is not an address. Write one such as http://*:8080 or https://*:8443.
            The configuration has 1 error; nothing was started.

            """);
    }

    [Theory]
    [InlineData("management", "Gateway:Management:Port")]
    [InlineData("public", "--urls or Urls")]
    public async Task Taken_port_ends_with_3_and_one_line_that_names_the_setting(string listener, string cure)
    {
        var file = await WriteAsync(CheckedConfiguration.Good);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var (management, gateway) = listener == "public" ? (0, port) : (port, 0);

        var (exitCode, output, errors) = await ProgramRun.RunAsync(
            new() { ["Gateway__Management__Port"] = $"{management}", ["ASPNETCORE_ENVIRONMENT"] = "Development" },
            "run", "--config", file, "--urls", $"http://127.0.0.1:{gateway}");

        exitCode.ShouldBe(3, errors);
        errors.ShouldBe(
            $"The gateway cannot start: port {port} is taken by another program. End that program, or choose another port with {cure}."
            + Environment.NewLine);
        output.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("check")]
    [InlineData("chekc", "yarp.json")]
    [InlineData("--port", "80")]
    [InlineData("revoke", "nothing", "x")]
    public async Task Wrong_usage_ends_with_2(params string[] arguments)
    {
        var (exitCode, _, errors) = await ProgramRun.RunAsync([], arguments);

        exitCode.ShouldBe(2);
        errors.ShouldNotBeEmpty();
    }

    private async Task<string> WriteAsync(string yarpJson)
    {
        var file = Path.Combine(_folder.FullName, "yarp.json");
        await File.WriteAllTextAsync(file, yarpJson);
        return file;
    }
}
