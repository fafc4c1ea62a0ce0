namespace Gateway.Foundation;

/// <summary>
/// The ids of all log events: 100 requests and tokens, 200 keys, 300 revocation, 400 configuration, 500 Redis, 600 the process. Alerts
/// select events by id, so an id is never reused; 100 to 102 and 321 belonged to events that were removed.
/// </summary>
internal static class EventIds
{
    public const int RequestFaulted = 103;
    public const int RequestAnswered = 104;
    public const int RejectionsOmitted = 105;
    public const int ProofRejected = 106;
    public const int AuthorizationCallerRejected = 110;
    public const int AuthorizationRequestUnclear = 111;

    public const int KeysRefreshed = 200;
    public const int KeysNotRefreshed = 201;
    public const int KeySkipped = 202;
    public const int KeysExpired = 203;
    public const int KeyForgotten = 204;
    public const int KeysTaken = 210;
    public const int StoredKeysRejected = 211;
    public const int KeyCacheIgnored = 212;
    public const int KeyCacheNotWritten = 213;
    public const int SharedKeysIgnored = 214;
    public const int ForgottenKeysUnknown = 215;

    public const int AssertionKeysTaken = 220;
    public const int AssertionKeysRejected = 221;
    public const int ExchangeFailed = 230;

    public const int DecryptionKeysRead = 240;
    public const int DecryptionKeysNotRead = 241;
    public const int IntrospectionFailed = 242;
    public const int IntrospectionRestored = 243;
    public const int StatusListLoaded = 244;
    public const int StatusListNotLoaded = 245;

    public const int RevocationsRead = 300;
    public const int RevocationsNotRead = 301;
    public const int RevocationsReadAgain = 302;
    public const int RevocationNotKept = 303;
    public const int RevocationMalformed = 310;
    public const int RevocationsReplaced = 311;
    public const int RevocationsPutBack = 312;
    public const int RevocationsNotPutBack = 313;
    public const int RevocationsEvictable = 314;
    public const int RevocationSnapshotLoaded = 315;
    public const int RevocationSnapshotIgnored = 316;
    public const int RevocationSnapshotWritten = 317;
    public const int RevocationSnapshotNotWritten = 318;
    public const int LogoutReceived = 320;
    public const int SecurityEventReceived = 325;

    public const int ConfigurationReloaded = 400;
    public const int ConfigurationNotReloaded = 401;
    public const int ConfigurationNeedsRestart = 402;
    public const int ConfigurationRisky = 403;
    public const int RoutesNotUsable = 405;
    public const int RoutesNotApplied = 406;

    public const int RedisLost = 500;
    public const int RedisRestored = 501;
    public const int RedisNotClosed = 502;
    public const int RedisRoleHidden = 503;
    public const int SharedLimitsLocal = 510;
    public const int SharedLimitsRestored = 511;

    public const int DrainBegun = 600;
    public const int CertificateTaken = 610;
    public const int CertificateRejected = 611;
    public const int AffinityKeysUnavailable = 620;
    public const int PlainHttp2Rejected = 621;
    public const int MemoryReleased = 630;
}
