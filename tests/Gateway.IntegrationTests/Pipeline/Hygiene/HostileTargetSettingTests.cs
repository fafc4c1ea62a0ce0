using System.Text.Json.Nodes;
using Gateway.Testing;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>
/// The corpora of <see cref="HostileTargetTests"/> with every combination of the settings that open paths, on every route, and with a
/// public route for all other paths beside the protected one.
/// </summary>
public sealed class HostileTargetSettingTests
{
    public static MatrixTheoryData<bool, bool, bool, bool> Combinations => new([false, true], [false, true], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task No_setting_leads_a_target_to_a_protected_path_without_a_token(
        bool slashes, bool parameters, bool merge, bool hasDefault)
    {
        await using var parts =
            await StandardGateway.StartAsync(configuration => Open(configuration, slashes, parameters, merge, hasDefault));

        foreach (var target in HostileTargets.Known.Concat(HostileTargets.Generate()))
        {
            var response = await RawHttp.SendAsync(
                parts.Gateway.Address, $"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Auth-Subject: eve\r\n\r\n",
                TestContext.Current.CancellationToken);
            RawHttp.StatusOf(response).ShouldBeInRange(200, 499, target);
        }

        foreach (var target in HostileTargets.Known)
        {
            (await RawHttp2.SendAsync(parts.Gateway.Http2Address, target, [])).ShouldBeOneOf(0, 200, 400, 401, 404);
        }

        parts.Destination.Received.ShouldNotBeEmpty();
        parts.Destination.Received.ShouldAllBe(request => request.Header("X-Auth-Subject") == null);
        parts.Destination.Received.Select(request => request.Target)
            .Where(target => $"{LenientTarget.Read(target)}/".StartsWith("/private/", StringComparison.OrdinalIgnoreCase))
            .ShouldBeEmpty();
    }

    private static void Open(JsonObject configuration, bool slashes, bool parameters, bool merge, bool hasDefault)
    {
        var routes = configuration["ReverseProxy"]!["Routes"]!.AsObject();
        if (hasDefault)
        {
            routes["default"] = TestGateway.Route("Anonymous", "/{**rest}");
        }

        configuration["Gateway"]!["Limits"] = new JsonObject { ["RepeatedSlashes"] = merge ? "Merge" : "Reject" };
        configuration["Gateway"]!["Routes"] =
            new JsonObject(routes.Select(route => KeyValuePair.Create<string, JsonNode?>(route.Key, new JsonObject
            {
                ["EncodedSlashes"] = slashes ? "PassThrough" : "Reject",
                ["PathParameters"] = parameters ? "PassThrough" : "Reject",
            })));
    }
}
