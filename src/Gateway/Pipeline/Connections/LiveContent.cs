using System.Net;

namespace Gateway.Pipeline.Connections;

/// <summary>Replaces the destination's content in a response. Unlike StreamContent, it allows to write to the stream too.</summary>
internal sealed class LiveContent(LiveStream stream) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(stream);

    protected override Task SerializeToStreamAsync(Stream target, TransportContext? context) => stream.CopyToAsync(target);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
