using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using Gateway.Jose;

namespace Gateway.Issuers;

/// <summary>A JWK Set in a file.</summary>
internal sealed class JwksFileSource(string path) : IKeySource
{
    private readonly KeyFile _file = new(path);

    public string Name => path;

    public bool IsRemote => false;

    public Task<KeyLoad> LoadAsync(CancellationToken cancellationToken) => _file.LoadAsync(KeyLoad.Parse, cancellationToken);
}

/// <summary>
/// The secret of an HS256, HS384 or HS512 issuer in a file, one a line: while a secret is being changed both stand there. The content
/// is never shown.
/// </summary>
internal sealed class SecretFileSource(string path, int minLength, SecretEncoding encoding = SecretEncoding.Text) : IKeySource
{
    private const int MaxSecrets = 3;

    private readonly KeyFile _file = new(path);

    public string Name => path;

    public bool IsRemote => false;

    public Task<KeyLoad> LoadAsync(CancellationToken cancellationToken) =>
        _file.LoadAsync(content => Parse(content, minLength, encoding), cancellationToken);

    /// <summary>Reads the secrets; an error never shows the content.</summary>
    public static KeyLoad Parse(byte[] content, int minLength, SecretEncoding encoding)
    {
        if (content is [0xEF, 0xBB, 0xBF, ..] or [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            // Editors add a byte order mark and do not show it. As a part of the secret it would make every signature fail.
            return KeyLoad.Failed("it starts with a byte order mark, which would be a part of the secret; save it without one");
        }

        var secrets = ImmutableArray.CreateBuilder<byte[]>();
        foreach (var range in content.AsSpan().Split((byte)'\n'))
        {
            var line = content.AsSpan(range).TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            if (Decode(line, encoding) is not { } secret)
            {
                return KeyLoad.Failed($"a line is not {encoding}, as SecretEncoding says");
            }

            secrets.Add(secret);
        }

        if (secrets.Count is 0 or > MaxSecrets)
        {
            return KeyLoad.Failed($"the file holds {secrets.Count} secrets; write one a line, at most {MaxSecrets}");
        }

        var shortest = secrets.Min(secret => secret.Length);
        return shortest < minLength
            ? KeyLoad.Failed($"a secret has {shortest} bytes and needs at least {minLength} (RFC 7518 section 3.2)")
            : KeyLoad.Of(new KeyRing([VerificationKey.Secrets(secrets.ToImmutable())], []));
    }

    private static byte[]? Decode(ReadOnlySpan<byte> line, SecretEncoding encoding) => encoding switch
    {
        SecretEncoding.Base64 => DecodeBase64(line),
        SecretEncoding.Base64Url => Base64Url.IsValid(line) ? Base64Url.DecodeFromUtf8(line) : null,
        _ => line.ToArray(),
    };

    private static byte[]? DecodeBase64(ReadOnlySpan<byte> line)
    {
        var secret = new byte[Base64.GetMaxDecodedFromUtf8Length(line.Length)];
        return Base64.DecodeFromUtf8(line, secret, out _, out var written) == OperationStatus.Done ? secret[..written] : null;
    }
}
