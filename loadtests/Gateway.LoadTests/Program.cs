using Gateway.LoadTests;
using Gateway.LoadTests.Scenarios;

// Gateway.LoadTests SETTINGS [REPORTS]: 0 all passed, 1 a limit was exceeded, 2 the settings cannot be used.
if (args is not [var file, ..])
{
    Console.Error.WriteLine("Name a settings file; see loadtests/README.md.");
    return 2;
}

LoadTestSettings settings;
TokenPool pool;
using var client = Sender.CreateClient();
try
{
    settings = LoadTestSettings.Parse(await File.ReadAllTextAsync(file));
    pool = await TokenPool.FillAsync(settings.Tokens.Count, TokenSources.Create(settings.Tokens, client), CancellationToken.None);
}
catch (Exception fault) when (fault is InvalidDataException or IOException or HttpRequestException)
{
    Console.Error.WriteLine($"{file}: {fault.Message}");
    return 2;
}

var actions = OutsideActions.From(settings.Actions);
var sender = new Sender(client, settings.Target, TimeProvider.System);
var failed = 0;
var reports = Path.GetFullPath(args.ElementAtOrDefault(1) ?? "reports");
foreach (var name in settings.Scenarios ?? ScenarioCatalog.Names)
{
    // A new catalog for each, so that no scenario begins with what another left.
    var catalog = new ScenarioCatalog(settings, pool, actions, TimeProvider.System);
    if (catalog.Lacks(name) is { } missing)
    {
        // Left out only where nobody asked for it by name.
        failed += settings.Scenarios is null ? 0 : 1;
        Console.WriteLine($"{name}: not run, it needs {missing}.");
        continue;
    }

    var problems = await NBomberScenario.RunAsync(catalog.Create(name), sender, TimeProvider.System, reports);
    failed += problems.Count > 0 ? 1 : 0;
    Console.WriteLine(problems.Count == 0 ? $"{name}: passed." : $"{name}: FAILED. {string.Join(' ', problems)}");
}

return failed == 0 ? 0 : 1;
