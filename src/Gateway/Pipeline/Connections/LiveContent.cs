using System.Net;

namespace Gateway.Pipeline.Connections;

/// <summary>Stands in a response for the destination's content. The stream goes both ways, which the platform's StreamContent's does not.</summary>
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
