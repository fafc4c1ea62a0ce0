namespace Gateway.Testing;

/// <summary>Everything a provider can do when it is asked for its keys: the closed set that tests walk through.</summary>
internal enum ProviderMode
{
    Good,

    // Unusual, and still good.
    Gzip,
    RedirectToSameHost,
    OneBadKey,
    EntityTag,
    LastModified,

    // No use.
    InternalError,
    NotFound,
    Html,
    EmptyObject,
    NoKeys,
    HalfAnObject,
    CutConnection,
    FiftyMegabytes,
    GzipBomb,
    SlowDrip,
    Hang,
    RedirectToAnotherHost,
    RedirectInCircles,
    NoConnection,
    MetadataOfAnotherIssuer,
    MetadataError,
    MetadataHtml,
    MetadataWithoutKeysAddress,
}
