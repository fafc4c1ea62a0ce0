using Gateway.Policies;

namespace Gateway.Tests.Policies;

/// <summary>Whose token may give the identity before it is known which policies hold.</summary>
public sealed class IdentityChoiceTests
{
    private static readonly RoutePolicy A = new() { Name = "a", TokenSource = "first" };
    private static readonly RoutePolicy B = new() { Name = "b", TokenSource = "second" };
    private static readonly RoutePolicy Plain = new() { Name = "plain" };
    private static readonly RoutePolicy Caller = new() { Name = "caller", TokenSource = "third", GivesIdentity = true };

    [Fact]
    public void Of_all_it_is_the_first_of_the_best_rank_so_that_no_client_chooses_the_caller()
    {
        Names(All(A, B)).ShouldBe(["a"]);
        Names(All(A, Plain)).ShouldBe(["plain"]);
        Names(All(A, Plain, Caller)).ShouldBe(["caller"]);
    }

    [Fact]
    public void Of_any_it_is_each_of_the_best_rank()
    {
        Names(Any(A, B)).ShouldBe(["a", "b"]);
        Names(Any(All(A, Caller), All(B, Caller))).ShouldBe(["caller", "caller"]);
        Names(All(Any(A, B), A)).ShouldBe(["a", "b"]);
    }

    private static RoutePolicy All(params RoutePolicy[] parts) =>
        new() { Name = "all", Combination = new Combination(IsAny: false, [.. parts]) };

    private static RoutePolicy Any(params RoutePolicy[] parts) =>
        new() { Name = "any", Combination = new Combination(IsAny: true, [.. parts]) };

    private static IEnumerable<string> Names(RoutePolicy policy) => IdentityChoice.Candidates(policy).Select(candidate => candidate.Name);
}
