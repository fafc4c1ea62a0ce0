using Gateway.Policies;

namespace Gateway.Tests.Policies;

public sealed class ClaimOperatorTests
{
    [Fact]
    public void Every_setting_of_a_claim_rule_but_its_path_is_an_operator()
    {
        ClaimOperator.All.Select(test => test.Name).ShouldBe(
            typeof(ClaimRuleOptions).GetProperties().Select(property => property.Name).Where(name => name != nameof(ClaimRuleOptions.Path)),
            ignoreOrder: true);
    }
}
