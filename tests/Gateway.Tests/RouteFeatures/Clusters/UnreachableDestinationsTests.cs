using Gateway.RouteFeatures.Clusters;
using Gateway.Testing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.RouteFeatures.Clusters;

public sealed class UnreachableDestinationsTests
{
    private readonly DestinationState[] _all = [new("a"), new("b"), new("c")];
    private readonly UnreachableDestinations _unreachable = new();
    private readonly ManualClock _time = new();

    [Fact]
    public void All_are_tried_while_each_is_reachable()
    {
        _unreachable.Without(_all, _time).ShouldBeSameAs(_all);
    }

    [Fact]
    public void One_that_could_not_be_connected_to_is_left_out_for_a_second()
    {
        _unreachable.Add(_all[1], _time);

        NamesWithout().ShouldBe("ac");
        _time.Pass(TimeSpan.FromSeconds(0.9));
        NamesWithout().ShouldBe("ac");
        _time.Pass(TimeSpan.FromSeconds(0.2));
        NamesWithout().ShouldBe("abc");
    }

    [Fact]
    public void When_none_is_reachable_the_one_that_failed_first_is_tried()
    {
        foreach (var each in new[] { 1, 0, 2 })
        {
            _unreachable.Add(_all[each], _time);
            _time.Pass(TimeSpan.FromSeconds(0.1));
        }

        NamesWithout().ShouldBe("b");
        _unreachable.Add(_all[1], _time);
        NamesWithout().ShouldBe("a");
    }

    [Fact]
    public void None_is_none()
    {
        _unreachable.Add(_all[0], _time);

        _unreachable.Without([], _time).ShouldBeEmpty();
    }

    private string NamesWithout() => string.Concat(_unreachable.Without(_all, _time).Select(each => each.DestinationId));
}
