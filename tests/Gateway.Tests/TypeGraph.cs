using Mono.Cecil;

namespace Gateway.Tests;

/// <summary>Which types of an assembly use which. A nested type counts as the one that it is declared in.</summary>
internal static class TypeGraph
{
    // Written by protoc, whose messages and their descriptor refer to each other.
    private const string Generated = "Gateway.ExternalAuthorization.Wire";

    public static Dictionary<string, HashSet<string>> Read(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var graph = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var type in module.Types.Where(type => type.Namespace.StartsWith("Gateway", StringComparison.Ordinal)
                && type.Namespace != Generated))
        {
            graph[type.FullName] =
                [.. UsesOf(type).Where(used => used.Scope == module).Select(Outermost).Where(name => name != type.FullName)];
        }

        foreach (var uses in graph.Values)
        {
            uses.IntersectWith(graph.Keys);
        }

        return graph;
    }

    /// <summary>The types that call a method; a nested type counts as the one that it is declared in.</summary>
    public static IReadOnlyList<string> CallersOf(string assembly, string type, string method)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        return
        [
            .. module.GetTypes()
                .Where(caller => caller.Methods.Any(each => each.Body?.Instructions.Any(
                    instruction =>
                        instruction.Operand is MethodReference called
                            && called.Name == method
                            && called.DeclaringType.FullName == type) == true))
                .Select(Outermost)
                .Distinct(),
        ];
    }

    /// <summary>The strongly connected components with more than one member (Tarjan).</summary>
    public static IReadOnlyList<List<string>> CyclesOf(Dictionary<string, HashSet<string>> graph)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var low = new Dictionary<string, int>(StringComparer.Ordinal);
        var stack = new Stack<string>();
        var cycles = new List<List<string>>();
        foreach (var node in graph.Keys.Where(node => !index.ContainsKey(node)))
        {
            Visit(node);
        }

        return cycles;

        void Visit(string node)
        {
            index[node] = low[node] = index.Count;
            stack.Push(node);
            foreach (var next in graph[node])
            {
                if (!index.TryGetValue(next, out var known))
                {
                    Visit(next);
                    low[node] = Math.Min(low[node], low[next]);
                }
                else if (stack.Contains(next))
                {
                    low[node] = Math.Min(low[node], known);
                }
            }

            if (low[node] != index[node])
            {
                return;
            }

            var component = new List<string>();
            do
            {
                component.Add(stack.Pop());
            }
            while (component[^1] != node);
            if (component.Count > 1)
            {
                cycles.Add(component);
            }
        }
    }

    private static string Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.FullName;
    }

    private static IEnumerable<TypeReference> UsesOf(TypeDefinition type) =>
    [
        .. Parts(type.BaseType),
        .. type.Interfaces.SelectMany(used => Parts(used.InterfaceType)),
        .. type.Fields.SelectMany(field => Parts(field.FieldType)),
        .. type.Methods.SelectMany(UsesOf),
        .. type.NestedTypes.SelectMany(UsesOf),
    ];

    private static IEnumerable<TypeReference> UsesOf(MethodDefinition method) =>
    [
        .. Parts(method.ReturnType),
        .. method.Parameters.SelectMany(parameter => Parts(parameter.ParameterType)),
        .. method.Body?.Variables.SelectMany(variable => Parts(variable.VariableType)) ?? [],
        .. method.Body?.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            TypeReference used => Parts(used),
            MethodReference called =>
                [
                    .. Parts(called.DeclaringType), .. Parts(called.ReturnType),
                    .. (called as GenericInstanceMethod)?.GenericArguments.SelectMany(Parts) ?? []],
            FieldReference field => [.. Parts(field.DeclaringType), .. Parts(field.FieldType)],
            _ => [],
        }) ?? [],
    ];

    /// <summary>The type itself, the element of an array, and the arguments of a generic type.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification wrapped => Parts(wrapped.ElementType),
        _ => [type],
    };
}
