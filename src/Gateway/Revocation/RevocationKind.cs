namespace Gateway.Revocation;

/// <summary>The kinds of names in revocations. The log's <c>kind</c> field holds them in lower case.</summary>
internal enum RevocationKind
{
    /// <summary>One token, by its <c>jti</c>.</summary>
    Jti,

    /// <summary>Every token of a subject issued up to <see cref="RevocationEntry.Before"/>.</summary>
    Sub,

    /// <summary>Every token of a session (<c>sid</c>) issued up to <see cref="RevocationEntry.Before"/>.</summary>
    Sid,

    /// <summary>Every token of a client issued up to <see cref="RevocationEntry.Before"/>.</summary>
    Client,

    /// <summary>Every token an issuer signed up to <see cref="RevocationEntry.Before"/>.</summary>
    Issuer,

    /// <summary>One token, by the base64url SHA-256 of its compact form; for tokens without <c>jti</c>.</summary>
    Token,
}

/// <summary>The effect of an entry on the revocation list.</summary>
internal enum RevocationOperation
{
    Revoke,
    Restore,
}
