using Gateway.Foundation;
using Gateway.Testing;

namespace Gateway.Tests.Foundation;

public sealed class PseudonymTests
{
    [Fact]
    public async Task Operator_can_work_out_what_stands_for_a_subject()
    {
        var result = await Script.RunAsync(
            "bash", ["-c", "printf '%s\\n%s' https://idp.example.com/realms/shop alice | sha256sum | cut -c1-16"]);

        Pseudonym.Of("https://idp.example.com/realms/shop", "alice").ShouldBe(result.Output.Trim());
    }

    [Fact]
    public void Equal_subjects_of_two_issuers_differ()
    {
        Pseudonym.Of("https://a.example", "alice").ShouldNotBe(Pseudonym.Of("https://b.example", "alice"));
    }
}
