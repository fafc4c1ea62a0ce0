using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Benchmarks.Measure.Plan;

/// <summary>
/// What is measured, and the goals: loadtests/measure.json and loadtests/settings.json, which the program and its report read.
/// </summary>
/// <param name="Processes">How many processes each peer has; turns are spread over them.</param>
/// <param name="MoreProcesses">The peers that have more processes.</param>
/// <param name="Rounds">How many turns each entry of a scenario has.</param>
/// <param name="TurnSeconds">How long a turn is measured, after a tenth of that which is not.</param>
/// <param name="FirstWarmUpSeconds">How long a new process is under load before anything is measured: the runtime compiles hot code
/// again.</param>
/// <param name="WarmUpSeconds">How long a process is under the load of a scenario before its first round.</param>
/// <param name="TokensPerTurn">How many new tokens a turn has at most; it ends earlier when they are used up.</param>
/// <param name="Pair">The two entries that are the same program.</param>
/// <param name="Limits">The goals of the drills.</param>
/// <param name="BadTokens">The peers whose responses to bad tokens are listed.</param>
/// <param name="Settings">Environment variables by the name of a setting, which an entry can choose for its peer.</param>
internal sealed record MeasurePlan(
    int Processes, IReadOnlyDictionary<PeerKind, int> MoreProcesses, int Rounds, double TurnSeconds, double FirstWarmUpSeconds,
    double WarmUpSeconds, int TokensPerTurn, PairPlan Pair,
    IReadOnlyList<ScenarioPlan> Scenarios, DrillLimits? Limits = null, IReadOnlyList<EntryPlan>? BadTokens = null,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? Settings = null)
{
    /// <summary>How many tokens <see cref="TokenKind.Many"/> means.</summary>
    public const int Many = 10_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>How many tokens of an algorithm a whole run needs: one for checks, some for warm-up, and some for each round.</summary>
    public int Tokens => Math.Max(Many, ((Rounds + 1) * TokensPerTurn) + 1);

    public int ProcessesOf(PeerPlan peer) => MoreProcesses.GetValueOrDefault(peer.Kind, Processes);

    /// <summary>The environment of a peer; empty without a setting.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(PeerPlan peer) =>
        peer.Setting is null ? new Dictionary<string, string>()
        : Settings?.GetValueOrDefault(peer.Setting)
            ?? throw new InvalidDataException($"An entry names the setting \"{peer.Setting}\", which does not exist.");

    public static MeasurePlan Read(string file) => Parse(File.ReadAllText(file));

    public static MeasurePlan Parse(string text)
    {
        var plan = JsonSerializer.Deserialize<MeasurePlan>(text, Json) ?? throw new InvalidDataException("The scenario file is empty.");
        foreach (var scenario in plan.Scenarios)
        {
            foreach (var entry in scenario.Entries)
            {
                plan.EnvironmentOf(entry.Runs);
            }

            foreach (var goal in scenario.Goals ?? [])
            {
                scenario.IndexOf(goal.Entry);
                scenario.IndexOf(goal.Over);
                if (goal.AtLeast is null == goal.AtMost is null)
                {
                    throw new InvalidDataException($"A goal of scenario \"{scenario.Name}\" needs atLeast or atMost, one of them.");
                }
            }
        }

        var paired = plan.Scenarios.FirstOrDefault(scenario => scenario.Name == plan.Pair.Scenario)
            ?? throw new InvalidDataException($"The pair names the scenario \"{plan.Pair.Scenario}\", which does not exist.");
        paired.IndexOf(plan.Pair.Entry);
        paired.IndexOf(plan.Pair.Over);
        return plan;
    }

    /// <summary>A trial of minutes that shows that everything runs. Its figures mean nothing.</summary>
    public MeasurePlan Quick() => this with
    {
        MoreProcesses = new Dictionary<PeerKind, int>(),
        Rounds = 3,
        TurnSeconds = 0.5,
        FirstWarmUpSeconds = 0.3,
        WarmUpSeconds = 0.1,
        TokensPerTurn = 2000,
        Scenarios = [.. Scenarios.Select(scenario => scenario with { Rounds = null })],
    };
}

/// <summary>The same program twice. The run counts when their ratio lies within <paramref name="Within"/> of 1.</summary>
internal sealed record PairPlan(string Scenario, string Entry, string Over, double Within);

/// <param name="Entries">What takes turns. Ratios are over the first.</param>
internal sealed record ScenarioPlan(
    string Name, string Title, Transport Transport, IReadOnlyList<EntryPlan> Entries, IReadOnlyList<GoalPlan>? Goals = null,
    int? Rounds = null)
{
    public int IndexOf(string title)
    {
        for (var i = 0; i < Entries.Count; i++)
        {
            if (Entries[i].Title == title)
            {
                return i;
            }
        }

        throw new InvalidDataException($"Scenario \"{Name}\" has no entry \"{title}\".");
    }
}

/// <param name="Signatures">The algorithms of the signatures that a request makes the peer verify.</param>
/// <param name="Setting">The setting of the runtime that the peer has; null for its own.</param>
/// <param name="Cores">How many cores the peer may use; null for all.</param>
internal sealed record EntryPlan(
    string Title, PeerKind Peer, TokenKind Token = TokenKind.Known, IReadOnlyList<string>? Signatures = null, string? Setting = null,
    int? Cores = null)
{
    public PeerPlan Runs => new(Peer, Setting, Cores);
}

/// <summary>A peer and what it runs with. Entries that are equal in this share processes.</summary>
internal readonly record struct PeerPlan(PeerKind Kind, string? Setting = null, int? Cores = null);

internal sealed record GoalPlan(string Entry, string Over, Figure Figure, double? AtLeast = null, double? AtMost = null)
{
    public bool IsMet(double ratio) => AtLeast is { } least ? ratio >= least : ratio <= AtMost;
}

/// <summary>The largest results with which the drills <c>growth</c>, <c>tail</c> and <c>start</c> pass.</summary>
/// <param name="ReadySeconds">With the largest number of routes.</param>
/// <param name="ReloadSeconds">The same, until a change of the file is in effect.</param>
/// <param name="ReloadP99">The p99 of turns with a reload over the p99 of turns without.</param>
/// <param name="TailP99">The p99 over bare YARP's at 30 % of the knee.</param>
/// <param name="StartSeconds">From the start of the process to the first 200 for a request with a token.</param>
internal sealed record DrillLimits(double ReadySeconds, double ReloadSeconds, double ReloadP99, double TailP99, double StartSeconds);
