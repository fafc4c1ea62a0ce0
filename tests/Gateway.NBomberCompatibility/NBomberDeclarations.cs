using NBomber.Contracts;
using NBomber.Contracts.Stats;

// Where versions differ. 4.1 counts in int. 6 has long numbers in places, and which ones changes between its releases: long everywhere is
// the stricter check, since int converts to it and not back.
#if NBOMBER6
using Number = long;
#else
using Number = int;
#endif

// The names are NBomber's, so they follow its rules and not ours. CA1822, IDE0060: nothing here does anything.
#pragma warning disable CA1822, CA1024, IDE0060, IDE0130

namespace NBomber.Contracts
{
    public interface IResponse;

    public interface IScenarioContext;

    public sealed class Response<T> : IResponse;

    public sealed class ScenarioProps;

    public sealed class LoadSimulation;

    public sealed class NBomberContext;
}

namespace NBomber.Contracts.Stats
{
    public enum ReportFormat
    {
        Txt,
        Html,
        Csv,
        Md,
    }

    public sealed record RequestStats(Number Count, double RPS);

    public sealed record LatencyStats(double Percent50, double Percent75, double Percent95, double Percent99);

    public sealed record MeasurementStats(RequestStats Request, LatencyStats Latency);

    public sealed record ScenarioStats(string ScenarioName, MeasurementStats Ok, MeasurementStats Fail);

    public sealed record NodeStats(ScenarioStats[] ScenarioStats);
}

namespace NBomber.CSharp
{
    public static class Response
    {
#if NBOMBER6
        public static Response<object> Ok(
            string statusCode = "", Number sizeBytes = 0, double customLatencyMs = 0, string message = "") => new();

        public static Response<object> Fail(
            string statusCode = "", string message = "", Number sizeBytes = 0, double customLatencyMs = 0) => new();
#else
        public static Response<object> Ok(string statusCode = "", Number sizeBytes = 0, double latencyMs = 0, string message = "") => new();

        public static Response<object> Fail(
            string statusCode = "", string message = "", Number sizeBytes = 0, double latencyMs = 0) => new();
#endif
    }

    public static class Scenario
    {
        public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) => new();

        public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) => scenario;

        public static ScenarioProps WithLoadSimulations(this ScenarioProps scenario, params LoadSimulation[] simulations) => scenario;
    }

    public static class Simulation
    {
        public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) => new();

        public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) => new();
    }

    public static class NBomberRunner
    {
        public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios) => new();

        public static NBomberContext WithTestSuite(this NBomberContext context, string name) => context;

        public static NBomberContext WithTestName(this NBomberContext context, string name) => context;

        public static NBomberContext WithReportFolder(this NBomberContext context, string folder) => context;

        public static NBomberContext WithReportFormats(this NBomberContext context, params ReportFormat[] formats) => context;

        public static NodeStats Run(this NBomberContext context) =>
            throw new NotSupportedException("Declared here, not defined: use NBomber.");
    }
}
