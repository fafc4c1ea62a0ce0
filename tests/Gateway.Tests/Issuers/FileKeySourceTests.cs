using System.Text;
using System.Text.Json.Nodes;
using Gateway.Issuers;
using Gateway.Jose;
using Gateway.Testing;
using Gateway.Tests.Tokens;

namespace Gateway.Tests.Issuers;

/// <summary>Keys in files: read anew at each load, and every fault of the file is a value.</summary>
public sealed class FileKeySourceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");

    private string KeyFile => Path.Combine(_folder.FullName, "keys");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Key_set_is_read_from_the_file_at_each_load()
    {
        var source = new JwksFileSource(KeyFile);
        await WriteKeysAsync(TestKeys.Rsa);
        (await source.LoadAsync(CancellationToken.None)).Ring!.Keys.ShouldHaveSingleItem().KeyId.ShouldBe("rsa-1");

        await WriteKeysAsync(TestKeys.P256);
        (await source.LoadAsync(CancellationToken.None)).Ring!.Keys.ShouldHaveSingleItem().KeyId.ShouldBe("ec-256");
    }

    [Fact]
    public async Task File_that_is_missing_broken_or_too_large_fails_with_words()
    {
        (await new JwksFileSource(KeyFile).LoadAsync(CancellationToken.None)).Error.ShouldNotBeNull().ShouldContain("cannot be read");
        (await new JwksFileSource(_folder.FullName).LoadAsync(CancellationToken.None)).Error.ShouldNotBeNull().ShouldContain("cannot be read");

        await File.WriteAllTextAsync(KeyFile, "{\"keys\":[");
        (await new JwksFileSource(KeyFile).LoadAsync(CancellationToken.None)).Error.ShouldNotBeNull().ShouldContain("cannot be used");

        await File.WriteAllTextAsync(KeyFile, new string(' ', (256 * 1024) + 1));
        (await new JwksFileSource(KeyFile).LoadAsync(CancellationToken.None)).Error.ShouldNotBeNull().ShouldContain("larger");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Secret_is_the_content_less_one_line_break(string lineBreak)
    {
        var secret = "0123456789abcdef0123456789abcdef";
        await File.WriteAllTextAsync(KeyFile, secret + lineBreak);
        using var key = SigningKey.Secret(Encoding.ASCII.GetBytes(secret));

        (await DecideAsync(key)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData("{0}\n{1}\n")]
    [InlineData("{0}\r\n\r\n{1}")]
    public async Task Two_secrets_on_two_lines_both_verify(string format)
    {
        string[] secrets = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"];
        await File.WriteAllTextAsync(KeyFile, string.Format(System.Globalization.CultureInfo.InvariantCulture, format, secrets));
        using var old = SigningKey.Secret(Encoding.ASCII.GetBytes(secrets[0]));
        using var next = SigningKey.Secret(Encoding.ASCII.GetBytes(secrets[1]));

        (await DecideAsync(old)).ShouldBe(Shop.Accepted);
        (await DecideAsync(next)).ShouldBe(Shop.Accepted);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t\n")]
    public async Task Any_other_white_space_is_part_of_the_secret(string end)
    {
        var secret = "0123456789abcdef0123456789abcdef";
        await File.WriteAllTextAsync(KeyFile, secret + end);
        using var key = SigningKey.Secret(Encoding.ASCII.GetBytes(secret));

        (await DecideAsync(key)).ShouldBe("bad_signature");
    }

    [Fact]
    public async Task Short_secret_fails_and_is_not_shown()
    {
        await File.WriteAllTextAsync(KeyFile, "too-short-a-secret\n");

        var load = await new SecretFileSource(KeyFile, 32).LoadAsync(CancellationToken.None);

        load.Ring.ShouldBeNull();
        load.Error.ShouldNotBeNull().ShouldContain("18 bytes");
        load.Error.ShouldNotContain("too-short");
    }

    private async Task<string> DecideAsync(SigningKey key)
    {
        var load = await new SecretFileSource(KeyFile, 32).LoadAsync(CancellationToken.None);
        var shop = new Shop(profile => profile with { Algorithms = [SignatureAlgorithm.HS256] });
        shop.Profile.Keys.Replace(load.Ring.ShouldNotBeNull(load.Error));
        return shop.Decide(shop.TokenSignedBy(key, "HS256").WithoutHeader("kid"));
    }

    private Task WriteKeysAsync(SigningKey key) =>
        File.WriteAllTextAsync(KeyFile, new JsonObject { ["keys"] = new JsonArray(key.ToJwk()) }.ToJsonString());
}
