using Gateway.Settings;

namespace Gateway.Tests.Configuration;

/// <summary>What is wrong with policies of policies, step-up and rules on the path, each reported alone with its cure.</summary>
public sealed class PolicyCheckTests
{
    private const string Policies = "\"Policies\": {";

    private const string SourcedPolicies = $$"""
        "TokenSources": [{ "Header": "Authorization", "Scheme": "Bearer" }, { "Name": "workload", "Header": "X-Workload-Token" }],
        {{Policies}}
        "of-shop": { "Issuers": ["shop"] }, "of-cluster": { "Issuers": ["cluster"] }, "both": { "AllOf": ["read", "of-cluster"] }, "either": { "AnyOf": ["of-cluster", "job"] },
        "job": { "TokenSource": "workload", "Issuers": ["cluster"] }, "other-job": { "TokenSource": "workload", "Issuers": ["shop"] },
        """;

    [Theory]
    [InlineData("""{ "AnyOf": ["raed"] }""", ":AnyOf:0", "there is no such policy.", "Did you mean \"read\"?")]
    [InlineData("""{ "AllOf": ["read", "x"] }""", ":AllOf:1", "there is no such policy.", "")]
    [InlineData(
        """{ "AllOf": ["Anonymous"] }""", ":AllOf:0", "this policy asks for no token, and a combination is about one.",
        "Remove it; name Anonymous on a route of its own.")]
    [InlineData("""{ "AnyOf": ["read", "READ"] }""", ":AnyOf:1", "this policy is listed twice.", "Remove one of them.")]
    [InlineData("""{ "AnyOf": [] }""", ":AnyOf", "this is empty.", "Add an item, or leave it out.")]
    [InlineData("""{ "AnyOf": ["test"] }""", ":AnyOf:0", "this policy comes back to itself: test -> test.", "Remove one of these names.")]
    [InlineData(
        """{ "AnyOf": ["read"], "AllOf": ["read"] }""", "", "a policy has AnyOf or AllOf, not both.",
        "Write a policy for one of them, and name it in the other.")]
    [InlineData(
        """{ "AnyOf": ["read"], "Issuers": ["shop"] }""", "", "a policy of policies has no rules of its own.",
        "Move Issuers, Scopes, Claims and StepUp to a policy")]
    [InlineData(
        """{ "AllOf": ["read"], "Scopes": { "All": ["a"] } }""", "", "a policy of policies has no rules of its own.",
        "Move Issuers, Scopes, Claims and StepUp to a policy")]
    [InlineData(
        """{ "AllOf": ["read"], "Claims": [{ "Path": "a", "Exists": true }] }""", "", "a policy of policies has no rules of its own.",
        "Move Issuers")]
    [InlineData(
        """{ "AllOf": ["read"], "StepUp": { "Acr": ["a"] } }""", "", "a policy of policies has no rules of its own.", "Move Issuers")]
    [InlineData(
        """{ "ForwardToken": true, "StepUp": {} }""", ":StepUp", "this asks for nothing.", "Set Acr or MaxAge, or leave StepUp out.")]
    [InlineData("""{ "StepUp": { "Acr": ["a b"] } }""", ":StepUp:Acr:0", "this is not one `acr` value.", "Values are visible ASCII")]
    [InlineData("""{ "StepUp": { "Acr": ["a\"b"] } }""", ":StepUp:Acr:0", "this is not one `acr` value.", "Values are visible ASCII")]
    [InlineData("""{ "StepUp": { "MaxAge": "00:00:00" } }""", ":StepUp:MaxAge", "this is out of range.", "Choose whole seconds")]
    [InlineData("""{ "StepUp": { "MaxAge": "00:00:01.5" } }""", ":StepUp:MaxAge", "this is out of range.", "Choose whole seconds")]
    [InlineData("""{ "StepUp": { "MaxAge": "367.00:00:00" } }""", ":StepUp:MaxAge", "this is out of range.", "Choose whole seconds")]
    [InlineData(
        """{ "Claims": [{ "Path": "a", "EqualsRouteValue": "b", "Exists": true }] }""", ":Claims:0",
        "a rule has exactly one test, with at least one value.", "Set one of")]
    [InlineData(
        """{ "Claims": [{ "Path": "$jose.", "Exists": true }] }""", ":Claims:0:Path", "this is not a valid claim path.",
        "Write a claim's name")]
    [InlineData(
        """{ "Claims": [{ "Path": "$jsoe.kid", "Exists": true }] }""", ":Claims:0:Path", "this is not a valid claim path.",
        "Write a claim's name")]
    public async Task Policy_that_asks_for_nothing_or_for_what_is_not_there_is_an_error(
        string policy, string path, string problem, string cure)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(Policies, $"{Policies} \"test\": {policy},");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Policies:test" + path);
        error.Problem.ShouldBe(problem);
        error.Cure.ShouldStartWith(cure);
    }

    [Theory]
    [InlineData(
        """{ "TokenSource": "wrokload" }""", "test:TokenSource", "no token source has the name \"wrokload\".",
        "Did you mean \"workload\"?")]
    [InlineData(
        """{ "AllOf": ["read", "job"], "TokenSource": "workload" }""", "test", "a policy of policies reads no token of its own.",
        "Write TokenSource and Identity into the policies that it names.")]
    [InlineData(
        """{ "AllOf": ["read", "job"], "Identity": true }""", "test", "a policy of policies reads no token of its own.",
        "Write TokenSource")]
    [InlineData(
        """{ "AllOf": ["read", "job"], "SenderConstraint": "Required" }""", "test:SenderConstraint",
        "this policy reads several tokens, and it is not clear which of them must be bound.", "Set it in the policies that it names.")]
    [InlineData(
        """{ "AllOf": ["job", "other-job"] }""", "test",
        "no request can pass: \"job\" and \"other-job\" read the same token, from the token source \"workload\", and accept no issuer " +
            "in common.",
        "Give one of them a TokenSource of its own")]
    [InlineData(
        """{ "AllOf": ["of-shop", "both"] }""", "test",
        "no request can pass: \"of-shop\" and \"of-cluster\" read the same token, from the token sources without a name, and accept no " +
            "issuer in common.",
        "Give one of them a TokenSource of its own")]
    public async Task Policies_that_cannot_be_read_from_their_token_sources_are_an_error(
        string policy, string path, string problem, string cure)
    {
        var errors = await ErrorsOfSourcesAsync(policy);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Policies:" + path);
        error.Problem.ShouldBe(problem);
        error.Cure.ShouldStartWith(cure);
    }

    [Theory]
    [InlineData("""{ "AllOf": ["read", "job"] }""")]
    [InlineData("""{ "AllOf": ["of-shop", "other-job"] }""")]
    [InlineData("""{ "AnyOf": ["of-shop", "of-cluster"] }""")]
    [InlineData("""{ "AllOf": ["of-shop", "either"] }""")]
    [InlineData("""{ "TokenSource": "WORKLOAD", "Identity": true, "SenderConstraint": "Required" }""")]
    public async Task Policies_of_several_token_sources_are_no_error(string policy) =>
        (await ErrorsOfSourcesAsync(policy)).ShouldBeEmpty();

    [Fact]
    public async Task Policy_over_more_than_four_tokens_is_an_error()
    {
        var sources = string.Join(", ", Enumerable.Range(1, 4).Select(i => $$"""{ "Name": "s{{i}}", "Header": "X-Token-{{i}}" }"""));
        var policies = string.Concat(Enumerable.Range(1, 4).Select(i => $$""" "p{{i}}": { "TokenSource": "s{{i}}" },"""));

        var errors = await CheckedConfiguration.ErrorsWithAsync(Policies, $$"""
            "TokenSources": [{ "Header": "Authorization", "Scheme": "Bearer" }, {{sources}}],
            {{Policies}} {{policies}} "four": { "AllOf": ["p1", "p2", "p3", "p4"] }, "five": { "AnyOf": ["read", "four"] },
            """);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Policies:five");
        error.Problem.ShouldBe("this policy reads more than 4 token sources.");
    }

    [Fact]
    public async Task Circle_of_policies_is_named_in_full()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            Policies, $$"""{{Policies}} "a": { "AnyOf": ["read", "b"] }, "b": { "AllOf": ["c"] }, "c": { "AnyOf": ["A"] },""");

        errors.ShouldHaveSingleItem().Problem.ShouldBe("this policy comes back to itself: a -> b -> c -> A.");
    }

    [Fact]
    public async Task Policies_that_double_at_each_level_are_an_error_and_no_endless_check()
    {
        var levels = Enumerable.Range(1, 40).Select(
            i => $$""" "a{{i}}": { "AnyOf": ["a{{i - 1}}", "b{{i - 1}}"] }, "b{{i}}": { "AllOf": ["a{{i - 1}}", "b{{i - 1}}"] },""");

        var errors = await CheckedConfiguration.ErrorsWithAsync(
            Policies,
            $$"""{{Policies}} "a0": { "Scopes": { "All": ["a"] } }, "b0": { "Scopes": { "All": ["b"] } }, {{string.Concat(levels)}}""");

        errors.ShouldNotBeEmpty();
        errors.ShouldAllBe(error => error.Problem == "a token would be compared with more than 64 policies.");
    }

    [Theory]
    [InlineData("/orders/{**rest}", "and it has no such parameter")]
    [InlineData("/orders/{tenant?}", "and there it may be absent")]
    [InlineData("/orders/{tenant=acme}", "and there it may be absent")]
    [InlineData("/orders/{**tenant}", "and there that is the whole rest of the path")]
    [InlineData("/orders/{*tenant}", "and there that is the whole rest of the path")]
    [InlineData("/orders/{tenant}.json", "and there it is only a part of a segment")]
    [InlineData("/orders/v-{tenant}/x", "and there it is only a part of a segment")]
    public async Task Route_without_the_parameter_that_its_policy_compares_is_an_error(string path, string problem)
    {
        var errors = await ErrorsOfTenantAsync(path, "");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:orders:Match:Path");
        error.Problem.ShouldBe($"policy \"test\" compares a claim with {{tenant}} of this path (EqualsRouteValue), {problem}.");
        error.Cure.ShouldStartWith("Write a segment {tenant} into the path");
    }

    [Theory]
    [InlineData("/orders/{tenant}/{**rest}")]
    [InlineData("/{tenant:alpha}")]
    [InlineData("/{Tenant}/x")]
    [InlineData("/{area}/{tenant}/{**rest}")]
    public async Task Route_with_the_parameter_as_a_whole_segment_is_accepted(string path) =>
        (await ErrorsOfTenantAsync(path, "")).ShouldBeEmpty();

    [Theory]
    [InlineData("EncodedSlashes")]
    [InlineData("PathParameters")]
    public async Task Parameter_behind_one_that_may_hold_a_separator_is_an_error(string setting)
    {
        var passes = $"\"Routes\": {{ \"orders\": {{ \"{setting}\": \"PassThrough\" }} }},";

        (await ErrorsOfTenantAsync("/{tenant}/{area}/{**rest}", passes)).ShouldBeEmpty();
        var error = (await ErrorsOfTenantAsync("/{area}/{tenant}/{**rest}", passes)).ShouldHaveSingleItem();
        error.Problem.ShouldContain("before it stands another parameter");
    }

    [Fact]
    public async Task Administration_cannot_have_a_policy_on_a_path()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            Policies, $$"""
            "Management": { "Policy": "any" }, {{Policies}} "test": { "Claims": [{ "Path": "tenant", "EqualsRouteValue": "tenant" }] }, "any": { "AnyOf": ["test", "read"] },
            """);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Management:Policy");
        error.Problem.ShouldContain("EqualsRouteValue");
    }

    [Fact]
    public async Task Administration_cannot_have_a_policy_of_a_token_source_that_it_does_not_read()
    {
        var errors = await ErrorsOfSourcesAsync("""{ "AllOf": ["read", "job"] }""", """ "Management": { "Policy": "test" },""");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Management:Policy");
        error.Problem.ShouldBe("this policy reads a token source with a name, and /admin reads those without.");
    }

    [Theory]
    [InlineData("""{ "AllOf": ["Authenticated", "read"] }""", true)]
    [InlineData("""{ "AnyOf": ["read"] }""", true)]
    [InlineData("""{ "AnyOf": ["Authenticated", "read"] }""", false)]
    [InlineData("""{ "StepUp": { "Acr": ["mfa"] } }""", false)]
    public async Task Administration_needs_a_policy_that_asks_for_something_in_each_case(string policy, bool accepted)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            Policies, $$""" "Management": { "Policy": "test" }, {{Policies}} "test": {{policy}},""");

        errors.Count.ShouldBe(accepted ? 0 : 1);
    }

    /// <param name="policy">The policy <c>test</c> beside others of two issuers and two token sources.</param>
    private static Task<IReadOnlyList<ConfigurationError>> ErrorsOfSourcesAsync(string policy, string more = "") =>
        CheckedConfiguration.ErrorsOfAsync(
        CheckedConfiguration.With(Policies, $"{more} {SourcedPolicies} \"test\": {policy},").Replace(
            "\"Issuers\": {",
            """ "Issuers": { "cluster": { "Issuer": "https://cluster.example.com", "Audiences": ["shop-api"], "Keys": { "Discovery": true } },""",
            StringComparison.Ordinal));

    private static Task<IReadOnlyList<ConfigurationError>> ErrorsOfTenantAsync(string path, string more) =>
        CheckedConfiguration.ErrorsOfAsync(
        CheckedConfiguration.With(
            Policies, $$"""{{more}} {{Policies}} "test": { "Claims": [{ "Path": "tenant", "EqualsRouteValue": "tenant" }] },""")
            .Replace("\"read\",", "\"test\",", StringComparison.Ordinal).Replace("/orders/{**rest}", path, StringComparison.Ordinal));
}
