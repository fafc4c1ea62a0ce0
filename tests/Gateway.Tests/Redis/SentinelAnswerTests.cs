using System.Net;
using Gateway.Redis;

namespace Gateway.Tests.Redis;

/// <summary>
/// Each server that is connected is asked for its role, so one that is left out cannot stop the reads and writes at the named primary.
/// </summary>
public sealed class SentinelAnswerTests
{
    private static readonly EndPoint Named = new IPEndPoint(IPAddress.Loopback, 1);

    [Fact]
    public void Old_primary_that_does_not_know_of_its_successor_is_left_out()
    {
        var answer = new SentinelAnswer(Named, [Replica(2, "slave", "master"), Replica(3, "slave", "slave")]);

        Members(answer, answer, answer).ShouldBe([3]);
    }

    /// <summary>Left out, it could not show that the named primary was replaced, which then takes writes that the failover discards.</summary>
    [Theory]
    [InlineData("slave,promoted", 1)]
    [InlineData("slave", 2)]
    public void Server_that_may_be_the_successor_is_kept_while_a_failover_is_under_way(string flags, int namedByLeader)
    {
        var other = new SentinelAnswer(Named, [Replica(2, "slave", "master")]);
        var leader = new SentinelAnswer(new IPEndPoint(IPAddress.Loopback, namedByLeader), [Replica(2, flags, "slave")]);

        Members(other, leader, other).ShouldBe([2]);
    }

    [Theory]
    [InlineData("s_down,slave,disconnected")]
    [InlineData("slave,o_down")]
    public void Replica_that_the_sentinels_cannot_reach_is_left_out(string flags) =>
        Members(new SentinelAnswer(Named, [Replica(2, flags, "slave"), Replica(3, "slave,master_down", "slave")])).ShouldBe([3]);

    [Fact]
    public void Replicas_of_a_sentinel_that_names_another_primary_are_left_out()
    {
        var other = new SentinelAnswer(new IPEndPoint(IPAddress.Loopback, 9), [Replica(4, "slave", "slave")]);
        var most = new SentinelAnswer(Named, [Replica(2, "slave", "slave")]);

        Members(most, other, most).ShouldBe([2]);
    }

    [Theory]
    [InlineData("redis.example", "6379", true)]
    [InlineData("10.0.0.1", "6379", true)]
    [InlineData("10.0.0.1", "", false)]
    [InlineData("10.0.0.1", "-1", false)]
    public void Address_is_a_host_name_or_an_ip_address_and_a_port(string host, string port, bool isAddress) =>
        (SentinelReplica.Of([new("ip", host), new("port", port)]).Address is not null).ShouldBe(isAddress);

    private static int[] Members(params SentinelAnswer[] answers) =>
        [.. SentinelAnswer.ReplicasOf(Named, answers).OfType<IPEndPoint>().Select(endPoint => endPoint.Port).Distinct()];

    private static SentinelReplica Replica(int port, string flags, string role) => SentinelReplica.Of(
        [new("ip", "127.0.0.1"), new("port", $"{port}"), new("flags", flags), new("role-reported", role)]);
}
