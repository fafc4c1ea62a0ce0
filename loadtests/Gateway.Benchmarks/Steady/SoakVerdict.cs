using System.Diagnostics;
using System.Globalization;
using Gateway.Testing.Drills;

namespace Gateway.Benchmarks.Steady;

/// <summary>Sorts every response: it is one of the expected ones, or it is counted and shown as unexpected.</summary>
internal sealed class SoakVerdict
{
    private const int Shown = 20;

    // What connects in the last moment of a restart may learn of it a little later.
    private static readonly long Margin = Stopwatch.Frequency;

    // The last one, which may not be over: what is judged now was answered before.
    private (long From, long Until) _restart = (long.MaxValue, long.MaxValue);
    private (long From, long Until) _restartBefore = (long.MaxValue, long.MaxValue);
    private readonly SortedDictionary<string, int> _counts = [];
    private readonly List<string> _unexpected = [];

    /// <summary>How many responses there were of each kind and status.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public int Unexpected { get; private set; }

    /// <summary>The first of the unexpected ones.</summary>
    public IReadOnlyList<string> Examples => _unexpected;

    /// <summary>The destination of <see cref="SoakKind.Restarting"/> goes away.</summary>
    public void RestartBegins()
    {
        lock (_unexpected)
        {
            (_restartBefore, _restart) = (_restart, (Stopwatch.GetTimestamp(), long.MaxValue));
        }
    }

    /// <summary>It is back.</summary>
    public void RestartEnds()
    {
        lock (_unexpected)
        {
            _restart = _restart with { Until = Stopwatch.GetTimestamp() + Margin };
        }
    }

    /// <summary>Something else went wrong: an operator's call, a reload that was never in effect.</summary>
    public void Fail(string what)
    {
        lock (_unexpected)
        {
            Add("operator", what);
        }
    }

    public void Judge(IEnumerable<Answered> responses)
    {
        lock (_unexpected)
        {
            foreach (var response in responses)
            {
                Judge(response);
            }
        }
    }

    private void Judge(Answered response)
    {
        var token = (SoakToken)response.Token;
        var end = response.Sent + (long)(response.Milliseconds * Stopwatch.Frequency / 1000);
        var isRevoked = response.Sent >= token.Acknowledged;
        var name = string.Create(CultureInfo.InvariantCulture, $"{(isRevoked ? "revoked" : Name(token.Kind))} {response.Status}");
        if (IsExpected(token, response, end, isRevoked))
        {
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
        }
        else
        {
            Add($"unexpected: {name}", $"{name} on {token.Path}: {response.Problem}");
        }
    }

    private bool IsExpected(SoakToken token, Answered response, long end, bool isRevoked) => (token.Kind, response.Status) switch
    {
        (SoakKind.Bad, 401) or (SoakKind.WithoutScope, 403) => true,
        (SoakKind.Good or SoakKind.Restarting, 401) => end >= token.Asked,
        (SoakKind.Good or SoakKind.Restarting, 200) => !isRevoked,
        (SoakKind.Restarting, 502 or 503 or 504) => IsIn(_restart, response.Sent, end) || IsIn(_restartBefore, response.Sent, end),
        _ => false,
    };

    private static bool IsIn((long From, long Until) restart, long sent, long end) => sent <= restart.Until && end >= restart.From;

    private void Add(string name, string example)
    {
        Unexpected++;
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
        if (_unexpected.Count < Shown)
        {
            _unexpected.Add(example);
        }
    }

    private static string Name(SoakKind kind) => kind switch
    {
        SoakKind.Good => "good",
        SoakKind.Restarting => "good, destination that restarts",
        SoakKind.WithoutScope => "without the scope",
        _ => "not a good token",
    };
}
