using System.Reflection;
using System.Text.RegularExpressions;
using Gateway.Authentication;
using Gateway.Configuration;
using Gateway.Foundation;
using Gateway.Issuers;
using Gateway.Issuers.Introspection;
using Gateway.Issuers.StatusLists;
using Gateway.Revocation;
using Gateway.RouteFeatures.Clusters;
using Gateway.RouteFeatures.Limits;
using Gateway.Runtime;
using Gateway.Telemetry;
using Gateway.Testing;
using Gateway.Tokens;
using Microsoft.Extensions.Logging;
using NetArchTest.Rules;

namespace Gateway.Tests;

/// <summary>The layers of docs/architecture.md, over the compiled assembly.</summary>
public sealed partial class ArchitectureTests
{
    private const int LargestCycle = 3;

    private static readonly string[] Layers =
    [
        .. LayerRow().Matches(File.ReadAllText(Path.Combine(Script.Root, "docs", "architecture.md"))).Select(row => row.Groups[1].Value),
    ];

    public static TheoryData<string> LayerNames => [.. Layers];

    [Fact]
    public void Every_folder_is_a_layer()
    {
        var folders = Types.InAssembly(typeof(AccessTokenValidator).Assembly).GetTypes()
            .Select(type => type.ReflectionType.Namespace ?? "")
            .Where(name => name.StartsWith("Gateway.", StringComparison.Ordinal))
            .Select(name => name.Split('.')[1])
            .Distinct();

        folders.Order().ShouldBe(Layers.Order());
    }

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void Layer_uses_only_the_layers_above_it_in_the_list(string layer)
    {
        var below = Layers[(Array.IndexOf(Layers, layer) + 1)..].Select(name => $"Gateway.{name}").ToArray();

        var result = Types.InAssembly(typeof(AccessTokenValidator).Assembly)
            .That().ResideInNamespaceMatching($@"^Gateway\.{layer}(\.|$)")
            .ShouldNot().HaveDependencyOnAny(below.Length == 0 ? ["none"] : below)
            .GetResult();

        result.IsSuccessful.ShouldBeTrue(
            string.Join(", ", result.FailingTypes?.Select(type => $"{type.FullName}: {type.Explanation}") ?? []));
    }

    [Fact]
    public void No_more_than_three_types_depend_on_each_other()
    {
        var graph = TypeGraph.Read(typeof(AccessTokenValidator).Assembly.Location);

        graph.Count.ShouldBeGreaterThan(200);
        TypeGraph.CyclesOf(graph)
            .Where(cycle => cycle.Count > LargestCycle)
            .Select(cycle => string.Join(", ", cycle.Order()))
            .ShouldBeEmpty();
    }

    /// <summary>
    /// Options, their checks, and whatever a <see cref="GatewaySettings"/> holds, are values: nothing there runs, waits or connects.
    /// </summary>
    [Fact]
    public void Settings_and_their_checks_know_no_runtime_type()
    {
        string[] runtime =
        [
            "System.Threading.RateLimiting",
            .. new[]
            {
                typeof(HttpClient), typeof(TimeProvider), typeof(ITimer), typeof(Timer), typeof(PeriodicTimer), typeof(ILoggerFactory),
                typeof(IssuerKeys), typeof(KeyLoader),
                typeof(KeyDocumentClient), typeof(RateLimit), typeof(RequestCount), typeof(RetryBudget), typeof(Authenticator),
                typeof(GatewaySnapshot), typeof(ObjectRegistry),
            }.Select(type => type.FullName!),
        ];
        var held = HeldBy(typeof(GatewaySettings)).Select(type => type.FullName!).ToHashSet();
        held.Count.ShouldBeGreaterThan(30);

        var result = Types.InAssembly(typeof(AccessTokenValidator).Assembly)
            .That().MeetCustomRule(type => held.Contains(type.FullName.Replace('/', '+')) || SettingsName().IsMatch(type.Name))
            .ShouldNot().HaveDependencyOnAny(runtime)
            .GetResult();

        result.IsSuccessful.ShouldBeTrue(
            string.Join(", ", result.FailingTypes?.Select(type => $"{type.FullName}: {type.Explanation}") ?? []));
    }

    /// <summary>
    /// No field can be written later, except captured parameters of a primary constructor, and mutable collections are private.
    /// </summary>
    [Fact]
    public void Settings_cannot_change_once_they_are_made()
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var types = HeldBy(typeof(GatewaySettings)).Where(type => !type.IsEnum).ToList();
        var fields = types.SelectMany(type => type.GetFields(all)).ToList();
        fields.Count.ShouldBeGreaterThan(100);

        fields.Where(field => !field.IsInitOnly && !field.Name.EndsWith(">P", StringComparison.Ordinal)).Select(NameOf).ShouldBeEmpty();
        fields.Where(field => !field.IsPrivate && IsMutable(field.FieldType)).Select(NameOf).ShouldBeEmpty();
        types.SelectMany(type => type.GetProperties(all))
            .Where(property => property.GetMethod is { IsPrivate: false } && IsMutable(property.PropertyType))
            .Select(NameOf).ShouldBeEmpty();

        static string NameOf(MemberInfo member) => $"{member.DeclaringType!.FullName}.{member.Name}";

        static bool IsMutable(Type type) => type.IsArray
            || (type is { IsValueType: false, Namespace: not ("System.Collections.Immutable" or "System.Collections.Frozen") }
                && type.GetInterfaces().Append(type).Where(face => face.IsGenericType).Select(face => face.GetGenericTypeDefinition())
                    .Any(face => face == typeof(ICollection<>) || face == typeof(IDictionary<,>)));
    }

    [Fact]
    public void Applier_has_at_most_five_dependencies() =>
        typeof(ConfigurationApplier).GetConstructors().Single().GetParameters().Length.ShouldBeLessThanOrEqualTo(5);

    /// <summary>State that several types read has the writers that are named here, and no other.</summary>
    [Theory]
    [InlineData(typeof(LiveGateway), nameof(LiveGateway.Swap), "ConfigurationApplier")]
    [InlineData(typeof(LiveGateway), nameof(LiveGateway.Announce), "LiveProxyConfig")]
    [InlineData(typeof(LiveGateway), nameof(LiveGateway.Withdraw), "LiveProxyConfig")]
    [InlineData(typeof(RouteHandles), nameof(RouteHandles.Create), "GatewayPipeline")]
    [InlineData(typeof(RouteHandles), nameof(RouteHandles.Prepare), "LiveProxyConfig")]
    [InlineData(typeof(RouteHandles), nameof(RouteHandles.Abandon), "LiveProxyConfig")]
    [InlineData(typeof(RouteHandle), nameof(RouteHandle.Prepare), "RouteHandles")]
    [InlineData(typeof(RouteHandle), nameof(RouteHandle.Complete), "RouteHandles")]
    [InlineData(typeof(RouteHandle), nameof(RouteHandle.Abandon), "RouteHandles")]
    [InlineData(typeof(LiveIssuers), nameof(LiveIssuers.Apply), "GatewayServices")]
    [InlineData(typeof(LiveLogging), nameof(LiveLogging.Apply), "GatewayServices")]
    [InlineData(typeof(RevocationList), $"set_{nameof(RevocationList.MaxStaleness)}", "GatewayServices")]
    [InlineData(typeof(RevocationList), nameof(RevocationList.MarkRead), "RevocationFollower")]
    [InlineData(typeof(RevocationList), nameof(RevocationList.MarkFailed), "RevocationFollower")]
    [InlineData(typeof(RevocationSet), nameof(RevocationSet.Apply),
        "ExplainSources", "RevocationFollower", "RevocationPutBack", "RevocationSet")]
    [InlineData(typeof(RevocationSet), nameof(RevocationSet.ForgetLike), "RevocationPutBack")]
    [InlineData(typeof(RevocationSet), nameof(RevocationSet.Load), "SnapshotLoader")]
    [InlineData(typeof(RevocationSet), nameof(RevocationSet.ForgetExpired), "ExplainSources", "RevocationFollower")]
    [InlineData(typeof(CachedToken), $"set_{nameof(CachedToken.IsVisited)}", "TokenCache")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.Apply), "KeyLoader", "StoredKeyDocuments")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.ExpireIfStale), "KeyLoader")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.PlanRefresh), "KeyFollower")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.Forget), "ForgottenKeyList")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.Retire), "IssuerTemplate", "KeyFollower")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.MarkForgottenElsewhere), "ForgottenKeyList")]
    [InlineData(typeof(IssuerKeys), nameof(IssuerKeys.Touch), "Authenticator", "LiveConnection")]
    [InlineData(typeof(StatusList), nameof(StatusList.Load), "StatusListLoader")]
    [InlineData(typeof(StatusList), nameof(StatusList.TryReplace), "StatusListSet")]
    [InlineData(typeof(StatusList), nameof(StatusList.MarkFailed), "StatusListLoader")]
    [InlineData(typeof(StatusList), nameof(StatusList.Watch), "StatusListFollower")]
    [InlineData(typeof(StatusList), nameof(StatusList.Retire), "StatusListSet")]
    [InlineData(typeof(StatusListSet), nameof(StatusListSet.Put), "StatusListLoader")]
    [InlineData(typeof(StatusListSet), nameof(StatusListSet.Remove), "StatusListFollower")]
    [InlineData(typeof(IntrospectionServer), nameof(IntrospectionServer.JoinCall), "Introspector")]
    [InlineData(typeof(IntrospectionServer), nameof(IntrospectionServer.EndCall), "Introspector")]
    [InlineData(typeof(IntrospectionServer), nameof(IntrospectionServer.MarkCalled), "Introspector")]
    [InlineData(typeof(IntrospectionServer), nameof(IntrospectionServer.Discover), "IntrospectionClient")]
    [InlineData(typeof(KeyLoads), nameof(KeyLoads.Join), "KeyLoader")]
    [InlineData(typeof(KeyLoads), nameof(KeyLoads.Await), "KeyLoader")]
    [InlineData(typeof(KeyLoads), nameof(KeyLoads.Leave), "KeySearch")]
    public void State_is_written_by_its_owners_alone(Type type, string member, params string[] owners) =>
        TypeGraph.CallersOf(type.Assembly.Location, type.FullName!, member)
            .Select(caller => caller.Split('.')[^1])
            .Order()
            .ShouldBe(owners);

    [Fact]
    public void Each_property_of_a_request_has_one_writer()
    {
        var properties = typeof(GatewayRequest).GetProperties().Where(property => property.SetMethod is not null).ToList();
        properties.Count.ShouldBeGreaterThan(10);

        properties.ToDictionary(
                property => property.Name,
                property => TypeGraph.CallersOf(
                    typeof(GatewayRequest).Assembly.Location, typeof(GatewayRequest).FullName!, property.SetMethod!.Name))
            .Where(writers => writers.Value.Count != 1)
            .Select(writers => $"{writers.Key}: {string.Join(", ", writers.Value)}")
            .ShouldBeEmpty();
    }

    /// <summary>
    /// The types of the gateway that an object holds in its fields, and they in theirs. A delegate holds none of those that it takes.
    /// </summary>
    private static HashSet<Type> HeldBy(Type root)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var found = new HashSet<Type>();
        var next = new Stack<Type>([root]);
        while (next.TryPop(out var type))
        {
            if ((type.HasElementType || type.IsGenericType) && !type.IsSubclassOf(typeof(Delegate)))
            {
                Array.ForEach(type.HasElementType ? [type.GetElementType()!] : type.GetGenericArguments(), next.Push);
            }

            if (type.Assembly != root.Assembly || type.IsGenericType || !found.Add(type))
            {
                continue;
            }

            // A field of an abstract type holds one of those that derive from it.
            Array.ForEach(root.Assembly.GetTypes().Where(derived => derived.BaseType == type).ToArray(), next.Push);
            for (var part = type; part?.Assembly == root.Assembly; part = part.BaseType)
            {
                Array.ForEach(part.GetFields(all), field => next.Push(field.FieldType));
            }
        }

        return found;
    }

    [GeneratedRegex(@"(Options|Settings|Check)$")]
    private static partial Regex SettingsName();

    [GeneratedRegex(@"^\d+\. `(\w+)/`", RegexOptions.Multiline)]
    private static partial Regex LayerRow();
}
