using System.Diagnostics.CodeAnalysis;

namespace Gateway.Sandbox;

/// <summary>A value, or the error to answer instead of it.</summary>
internal readonly record struct OAuthResult<T>
    where T : class
{
    private readonly T? _value;
    private readonly OAuthError? _error;

    private OAuthResult(T? value, OAuthError? error) => (_value, _error) = (value, error);

    public static implicit operator OAuthResult<T>(T value) => new(value, null);

    public static implicit operator OAuthResult<T>(OAuthError error) => new(null, error);

    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out OAuthError? error)
    {
        (value, error) = (_value, _error);
        return value is not null;
    }
}
