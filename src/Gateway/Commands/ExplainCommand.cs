using System.CommandLine;
using Gateway.Configuration;
using Gateway.Explanation;
using Gateway.Host;
using Gateway.Issuers;
using Gateway.Policies;

namespace Gateway.Commands;

/// <summary>
/// <c>gateway explain --route R --token -</c>: why would this token be rejected? By default nothing leaves the machine. Exit code 0 for
/// what goes through, 1 for what is rejected, 3 when the keys to decide it are not at hand.
/// </summary>
internal sealed class ExplainCommand : Command
{
    // Longer is no token, and not worth reading to its end.
    private const int MaxInput = 1024 * 1024;

    private const string SourcePrefix = "--source-token";

    private readonly Option<string> _config = ConfigOption.Create();

    private readonly Option<string?> _route = new("--route")
    {
        Description = "The route of the request, by its name in yarp.json. Default: one that takes every valid token.",
        HelpName = "ROUTE",
    };

    private readonly Option<string> _token = new("--token")
    {
        Description = "A file with the token, or - for standard input. Never the token itself: a command line is no secret.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "-",
    };

    private readonly Option<string[]> _sources = new("--source-token")
    {
        Description = "A token of the token source NAME, which the policy of the route reads, in a file. May be repeated.",
        HelpName = "NAME=FILE",
    };

    private readonly Option<bool> _fetch = new("--fetch") { Description = "Asks the issuer for its keys, over the network." };

    private readonly Option<bool> _revocations =
        new("--revocations") { Description = "Reads the revocation store, also when it is Redis." };

    private readonly Option<AnswerOutput> _output = RevocationOutput.AnswerOption();

    public ExplainCommand()
        : base("explain", "Shows every check of a token on a route, what was expected, what was found, and what to change.")
    {
        Options.Add(_config);
        Options.Add(_route);
        Options.Add(_token);
        Options.Add(_sources);
        Options.Add(_fetch);
        Options.Add(_revocations);
        Options.Add(_output);
        SetAction((result, cancellationToken) => StoreCommand.RunAsync(() => ExplainAsync(result, cancellationToken)));
    }

    /// <summary>
    /// Explains with the same classes as <c>POST /admin/explain</c>. Keys and revocations are read from their sources; no issuer is asked
    /// about an opaque token, and no exchange is known.
    /// </summary>
    private async Task<int> ExplainAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var reading = await GatewayApp.ReadAsync(new GatewayAppOptions { ConfigFile = result.GetValue(_config)! });
        if (!RouteChoice.TryFind(reading, result.GetValue(_route), out var route, out var policy, out var fault))
        {
            return await StoreCommand.WrongUsageAsync(fault!);
        }

        var (given, wrong) = await ReadTokensAsync(result, policy, cancellationToken);
        if (wrong is not null)
        {
            return await StoreCommand.WrongUsageAsync(wrong);
        }

        var settings = reading.Settings;
        var isFetching = result.GetValue(_fetch);
        var issuers = IssuerDirectory.Create(settings.Issuers);
        foreach (var token in given)
        {
            await ExplainSources.LoadKeysAsync(issuers, settings.KeyCacheDirectory, token.Text, isFetching, cancellationToken);
        }

        var revocations = await ExplainSources.ReadRevocationsAsync(
            settings, result.GetValue(_revocations), cancellationToken) with
        { Lookup = settings.Lookup };
        var explainer = new TokenExplainer(issuers, settings.Identity, TimeProvider.System, isOffline: !isFetching);
        var explanation = new SourcesExplainer(explainer, TimeProvider.System).Explain(given, route, policy, revocations);
        explanation = ExchangeExplainer.With(explanation, ExchangeExplainer.Of(reading, route), known: null);
        explanation = explanation with { Settings = RouteFacts.Of(reading, route, policy) };
        if (result.GetValue(_output) == AnswerOutput.Json)
        {
            RevocationOutput.Write(ExplanationDocument.Of(explanation), ExplanationJson.Readable.ExplanationDocument);
        }
        else
        {
            Console.Write(ExplanationText.Of(explanation));
        }

        return explanation.Verdict switch
        {
            Verdict.Rejected => ExitCode.Findings,
            Verdict.Undecided => ExitCode.Unavailable,
            _ => ExitCode.Done,
        };
    }

    /// <summary>The token of <c>--token</c>, where the policy reads it or it was given, and those of <c>--source-token</c>.</summary>
    private async Task<(List<GivenToken> Given, string? Fault)> ReadTokensAsync(
        ParseResult result, RoutePolicy policy, CancellationToken cancellationToken)
    {
        var files = (result.GetValue(_sources) ?? []).Select(text => text.Split('=', 2)).ToList();
        if (files.Exists(file => file is not [{ Length: > 0 }, { Length: > 0 }]))
        {
            return ([], $"{SourcePrefix}: write the name of a token source and a file, as in workload=token.txt.");
        }

        // --token has a default, so it counts only where the policy reads such a token, or where the user wrote the option.
        var isOfUnnamed = policy.IsAnonymous || policy.TokenSources.Contains(null) || result.GetResult(_token) is { Implicit: false };
        var given = new List<GivenToken>();
        foreach (var (option, source, file) in files.Select(file => (SourcePrefix, (string?)file[0], file[1]))
            .Concat(isOfUnnamed ? [("--token", null, result.GetValue(_token)!)] : []))
        {
            // The base64url of `{"`: the first characters of a JWT. A file may have such a name, so it is tried first.
            if (file.StartsWith("eyJ", StringComparison.Ordinal) && !File.Exists(file))
            {
                return (
                    [],
                    $"{option}: this is a token, and all users of the machine can read command lines. Pass it on standard input (-) or " +
                        "in a file.");
            }

            if (await ReadTokenAsync(file, cancellationToken) is not { } token)
            {
                return ([], $"{option}: there is no readable file {Shown.Quoted(file)}, or it is no token.");
            }

            // An empty token is one that the client does not send, where there are others.
            if (token.Length > 0 || files.Count == 0)
            {
                given.Add(new GivenToken(source, token));
            }
        }

        return given.Count == 0
            ? ([], $"{SourcePrefix}: policy {Shown.Text(policy.Name)} reads only token sources with a name. Give {SourcePrefix} NAME=FILE.")
            : (given, SourcesExplainer.FaultOf(policy, given, $"{SourcePrefix} "));
    }

    /// <summary>The token without the white space around it; null when there is no such file or it is far too long.</summary>
    private static async Task<string?> ReadTokenAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = source == "-" ? Console.In : File.OpenText(source);
            var buffer = new char[MaxInput];
            var length = await reader.ReadBlockAsync(buffer, cancellationToken);
            // A full buffer may be the beginning of something longer.
            return length == MaxInput ? null : new string(buffer, 0, length).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
