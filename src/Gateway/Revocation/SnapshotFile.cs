using System.Buffers.Binary;
using System.Security.Cryptography;
using Gateway.Foundation;

namespace Gateway.Revocation;

/// <summary>
/// The snapshot in a folder on the local disk: one file with the chunks, the head and the length of the head. It is written under another
/// name and renamed, so that a crash leaves the previous one or the new one.
/// </summary>
internal sealed class SnapshotFile(string folder) : ISnapshotStore, IDisposable
{
    public const string FileName = "revocations.snapshot";
    private const string DraftPattern = FileName + ".*.tmp";

    private readonly string _path = Path.Combine(folder, FileName);
    private FileStream? _draft;
    private long[] _offsets = [];
    private (DateTime Written, long Length, SnapshotHead? Head) _checked;

    public string Name => "disk";

    // Half of the time of one core at most.
    public TimeSpan PauseAfter(TimeSpan writing) => writing > TimeSpan.FromMilliseconds(1) ? writing : TimeSpan.FromMilliseconds(1);

    /// <summary>Reads and checks the whole file once, so that a damaged one is known before any of it is used.</summary>
    public async Task<SnapshotHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var file = new FileInfo(_path);
        if (!file.Exists)
        {
            return null;
        }

        if ((_checked.Written, _checked.Length) != (file.LastWriteTimeUtc, file.Length))
        {
            _checked = default;
            _checked = (file.LastWriteTimeUtc, file.Length, await CheckAsync(cancellationToken));
        }

        return _checked.Head;
    }

    public async Task<byte[]?> ReadChunkAsync(SnapshotHead head, int number, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(_path);
        file.Seek(_offsets[number], SeekOrigin.Begin);
        var chunk = new byte[head.Parts[number].Length];
        await file.ReadExactlyAsync(chunk, cancellationToken);
        return chunk;
    }

    public async Task WriteChunkAsync(Guid id, int number, byte[] chunk, CancellationToken cancellationToken)
    {
        if (number == 0)
        {
            Discard();
            Directory.CreateDirectory(folder);
            // What a process that was killed has left.
            Array.ForEach(Directory.GetFiles(folder, DraftPattern), File.Delete);
            _draft = PrivateFile.Create($"{_path}.{id:N}.tmp");
        }

        await _draft!.WriteAsync(chunk, cancellationToken);
    }

    public async Task PublishAsync(SnapshotHead head, SnapshotHead? previous, CancellationToken cancellationToken)
    {
        var bytes = head.ToBytes();
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)bytes.Length);
        await _draft!.WriteAsync(bytes, cancellationToken);
        await _draft.WriteAsync(length, cancellationToken);
        _draft.Flush(flushToDisk: true);
        var name = _draft.Name;
        await _draft.DisposeAsync();
        File.Move(name, _path, overwrite: true);
        _draft = null;
    }

    public Task AbandonAsync(Guid id, CancellationToken cancellationToken)
    {
        Discard();
        return Task.CompletedTask;
    }

    public void Dispose() => _draft?.Dispose();

    private async Task<SnapshotHead> CheckAsync(CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(_path);
        var size = new byte[sizeof(uint)];
        if (file.Length < size.Length)
        {
            throw new InvalidDataException("it is truncated");
        }

        file.Seek(-size.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(size, cancellationToken);
        var length = BinaryPrimitives.ReadUInt32BigEndian(size);
        var chunks = file.Length - size.Length - length;
        if (length > SnapshotHead.MaxLength || chunks < 0)
        {
            throw new InvalidDataException("it is truncated or damaged");
        }

        var bytes = new byte[length];
        file.Seek(chunks, SeekOrigin.Begin);
        await file.ReadExactlyAsync(bytes, cancellationToken);
        var head = SnapshotHead.Read(bytes);
        if (head.Parts.Sum(part => (long)part.Length) != chunks)
        {
            throw new InvalidDataException("it is truncated or damaged");
        }

        _offsets = new long[head.Parts.Count];
        file.Seek(0, SeekOrigin.Begin);
        for (var i = 0; i < head.Parts.Count; i++)
        {
            var part = head.Parts[i];
            _offsets[i] = file.Position;
            var chunk = new byte[part.Length];
            await file.ReadExactlyAsync(chunk, cancellationToken);
            if (!SHA256.HashData(chunk).AsSpan().SequenceEqual(part.Hash.Span))
            {
                throw new InvalidDataException("a chunk is damaged");
            }
        }

        return head;
    }

    private void Discard()
    {
        if (_draft is { } draft)
        {
            _draft = null;
            draft.Dispose();
            File.Delete(draft.Name);
        }
    }
}
