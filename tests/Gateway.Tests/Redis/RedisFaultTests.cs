using Gateway.Redis;

namespace Gateway.Tests.Redis;

/// <summary>Whatever Redis or its client says becomes one of a closed list, in words of our own.</summary>
public sealed class RedisFaultTests
{
    public static TheoryData<string> Faults => [.. Enum.GetNames<RedisFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_fault_has_its_own_message(string name)
    {
        var fault = Enum.Parse<RedisFault>(name);

        new RedisUnavailableException(fault).Message.ShouldNotBeEmpty();
        Enum.GetValues<RedisFault>().Count(other => RedisFaults.Of(other).Message == RedisFaults.Of(fault).Message).ShouldBe(1);
    }

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory", "Loading")]
    [InlineData("READONLY You can't write against a read only replica.", "ReadOnly")]
    [InlineData("OOM command not allowed when used memory > 'maxmemory'.", "OutOfMemory")]
    [InlineData("MISCONF Redis is configured to save RDB snapshots", "Misconfigured")]
    [InlineData("NOAUTH Authentication required.", "AuthenticationRequired")]
    [InlineData("WRONGPASS invalid username-password pair or user is disabled.", "WrongPassword")]
    [InlineData("NOPERM this user has no permissions to run the 'xadd' command", "NotPermitted")]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value", "WrongType")]
    [InlineData("MOVED 3999 127.0.0.1:6381", "Moved")]
    [InlineData("CLUSTERDOWN The cluster is down", "Moved")]
    [InlineData("ERR no such key", "NoSuchKey")]
    [InlineData("ERR unknown command 'XADD', with args beginning with: 'secret'", "Other")]
    public void Error_of_redis_is_known_by_its_first_word(string text, string expected)
    {
        var fault = RedisFaults.OfServerError(text);

        fault.ToString().ShouldBe(expected);
        new RedisUnavailableException(fault).Message.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("It was not possible to connect to the redis server(s). AuthenticationFailure on PING", true, "WrongPassword")]
    [InlineData("It was not possible to connect to the redis server(s). AuthenticationFailure on PING", false, "AuthenticationRequired")]
    [InlineData("It was not possible to connect to the redis server(s). SocketFailure on PING", true, "NotConnected")]
    [InlineData("It was not possible to connect to the redis server(s). InternalFailure on PING", true, "Garbage")]
    public void Failed_connection_is_known_by_its_cause(string text, bool hasPassword, string expected) =>
        RedisFaults.OfFailedConnection(text, hasPassword).ToString().ShouldBe(expected);

    [Fact]
    public void Missed_deadline_is_silence() =>
        RedisFaults.Classify(new TimeoutException(), hasPassword: false).ShouldBe(RedisFault.Silent);
}
