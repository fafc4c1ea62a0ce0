using System.Reflection;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Gateway.Benchmarks.Operations;
using Gateway.Benchmarks.Steady;

namespace Gateway.Benchmarks;

/// <summary>
/// Runs every benchmark once, in this process and whatever it was built as: proves in seconds that they still run, and measures nothing.
/// Then some seconds of the soak drill.
/// BenchmarkDotNet's own dry job in one process (0.14) falls over a benchmark that throws, without a word on which one it was.
/// </summary>
internal static class ShortCommand
{
    public static async Task<int> RunAsync()
    {
        var (ran, failed) = (0, 0);
        RevocationBenchmarks.Most = 10_000;
        RequestPath.MostTokens = 100;
        foreach (var type in typeof(ShortCommand).Assembly.GetTypes().Where(HasBenchmarks))
        {
            foreach (var benchmark in BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases)
            {
                try
                {
                    await RunAsync(benchmark);
                    ran++;
                }
#pragma warning disable CA1031 // Whatever a benchmark throws is the finding.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    Console.Error.WriteLine(
                        $"{benchmark.Descriptor.WorkloadMethodDisplayInfo} {benchmark.Parameters.DisplayInfo}: {fault.GetBaseException()}");
                    failed++;
                }
            }
        }

        Console.WriteLine($"{ran} benchmarks ran, {failed} did not.");
        return failed == 0 && ran > 0 ? await SoakCommand.RunBrieflyAsync() : 1;
    }

    private static bool HasBenchmarks(Type type) =>
        type is { IsAbstract: false } && type.GetMethods().Any(method => method.GetCustomAttribute<BenchmarkAttribute>() is not null);

    private static async Task RunAsync(BenchmarkCase benchmark)
    {
        var descriptor = benchmark.Descriptor;
        var instance = Activator.CreateInstance(descriptor.Type)!;
        foreach (var parameter in benchmark.Parameters.Items.Where(parameter => !parameter.IsArgument))
        {
            descriptor.Type.GetProperty(parameter.Name)?.SetValue(instance, parameter.Value);
            descriptor.Type.GetField(parameter.Name)?.SetValue(instance, parameter.Value);
        }

        object?[] arguments = [.. benchmark.Parameters.Items.Where(parameter => parameter.IsArgument).Select(parameter => parameter.Value)];
        try
        {
            await InvokeAsync(descriptor.GlobalSetupMethod, instance);
            await InvokeAsync(descriptor.IterationSetupMethod, instance);
            await InvokeAsync(descriptor.WorkloadMethod, instance, arguments);
            await InvokeAsync(descriptor.IterationCleanupMethod, instance);
        }
        finally
        {
            await InvokeAsync(descriptor.GlobalCleanupMethod, instance);
        }
    }

    private static async Task InvokeAsync(MethodInfo? method, object instance, params object?[] arguments)
    {
        switch (method?.Invoke(instance, arguments))
        {
            case Task task:
                await task;
                break;
            case ValueTask task:
                await task;
                break;
            // ValueTask<T>: no common type to await it by.
            case { } result when result.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>):
                await (Task)type.GetMethod(nameof(ValueTask.AsTask))!.Invoke(result, null)!;
                break;
        }
    }
}
