using Gateway.Pipeline.Hygiene;

namespace Gateway.Tests.Pipeline.Hygiene;

public sealed class RequestFaultTests
{
    [Fact]
    public void Every_fault_has_an_answer_that_says_what_to_change()
    {
        foreach (var fault in Enum.GetValues<RequestFault>().Where(fault => fault != RequestFault.None))
        {
            var answer = RequestFaults.Of(fault);

            answer.Status.ShouldBeOneOf(400, 405);
            answer.Detail.ShouldEndWith(".", customMessage: fault.ToString());
        }
    }
}
