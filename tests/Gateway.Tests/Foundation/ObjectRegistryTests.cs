using Gateway.Foundation;
using Gateway.Issuers;

namespace Gateway.Tests.Foundation;

/// <summary>What lives on across configurations, and what is released.</summary>
public sealed class ObjectRegistryTests
{
    [Fact]
    public void Object_of_an_equal_identity_goes_on_and_another_does_not()
    {
        var first = new ObjectRegistry.Draft(ObjectRegistry.Empty);
        var (kept, changed) = (first.GetOrAdd(("limit", 1), () => new Disposable()), first.GetOrAdd(("other", 1), () => new Disposable()));
        var next = new ObjectRegistry.Draft(first.Complete());

        next.GetOrAdd(("limit", 1), () => new Disposable()).ShouldBeSameAs(kept);
        next.GetOrAdd(("other", 2), () => new Disposable()).ShouldNotBeSameAs(changed);
    }

    [Fact]
    public void Change_that_fails_leaves_the_objects_in_effect_and_releases_its_own()
    {
        var first = new ObjectRegistry.Draft(ObjectRegistry.Empty);
        var (kept, dropped) = (first.GetOrAdd("kept", () => new Disposable()), first.GetOrAdd("dropped", () => new Disposable()));
        var inEffect = first.Complete();
        var failing = new ObjectRegistry.Draft(inEffect);
        failing.GetOrAdd("kept", () => new Disposable());
        var added = failing.GetOrAdd("added", () => new Disposable());
        var withdrawn = failing.Complete();

        withdrawn.ReleasedBy(inEffect).ShouldBe([added]);
        // The next change finds what was in effect before.
        var next = new ObjectRegistry.Draft(inEffect);
        next.GetOrAdd("kept", () => new Disposable()).ShouldBeSameAs(kept);
        next.GetOrAdd("dropped", () => new Disposable()).ShouldBeSameAs(dropped);
    }

    [Fact]
    public void Change_that_succeeds_releases_what_it_does_not_use()
    {
        var first = new ObjectRegistry.Draft(ObjectRegistry.Empty);
        first.GetOrAdd("kept", () => new Disposable());
        var dropped = first.GetOrAdd("dropped", () => new Disposable());
        var before = first.Complete();
        var next = new ObjectRegistry.Draft(before);
        next.GetOrAdd("kept", () => new Disposable());

        before.ReleasedBy(next.Complete()).ShouldBe([dropped]);
    }

    [Fact]
    public void Key_ring_lives_on_while_what_it_depends_on_is_equal()
    {
        var settings = Settings();
        var first = new ObjectRegistry.Draft(ObjectRegistry.Empty);
        var before = IssuerDirectory.Create(new IssuersSettings([settings], []), first);
        var objects = first.Complete();

        Next(Settings()).ShouldBeSameAs(before);
        var otherAudience = Next(Settings() with { Audiences = ["other"] });
        otherAudience.ShouldNotBeSameAs(before);
        otherAudience.Issuers[0].Keys.ShouldBeSameAs(before.Issuers[0].Keys);
        Next(Settings() with { Keys = settings.Keys with { MaxStale = TimeSpan.FromHours(1) } }).Issuers[0].Keys.ShouldNotBeSameAs(before.Issuers[0].Keys);

        IssuerDirectory Next(IssuerSettings issuer) =>
            IssuerDirectory.Create(new IssuersSettings([issuer], []), new ObjectRegistry.Draft(objects));
    }

    [Fact]
    public void Key_ring_is_found_after_changes_that_took_the_whole_directory_over()
    {
        var objects = ObjectRegistry.Empty;
        IssuerKeys? keys = null;
        foreach (var audience in new[] { "shop-api", "shop-api", "other", "other", "shop-api" })
        {
            var draft = new ObjectRegistry.Draft(objects);
            var found =
                IssuerDirectory.Create(new IssuersSettings([Settings() with { Audiences = [audience] }], []), draft).Issuers[0].Keys;
            objects = draft.Complete();

            found.ShouldBeSameAs(keys ?? found);
            keys = found;
        }
    }

    // Made anew each time, as by a new reading of the file.
    private static IssuerSettings Settings() => new()
    {
        Name = "shop",
        Issuer = "https://idp.example.com",
        Audiences = ["shop-api"],
        Algorithms = [.. IssuerCheck.DefaultAlgorithms],
        TokenTypes = [.. IssuerCheck.DefaultTypes],
        ClockSkew = TimeSpan.FromMinutes(1),
        MaxLifetime = TimeSpan.FromDays(1),
        RequireTokenId = false,
        Keys = new KeySettings(
            "shop", "https://idp.example.com", [.. IssuerCheck.DefaultAlgorithms], true, TimeSpan.FromDays(1),
            new RemoteKeySettings(null, new KeyFetchSettings(null, null, [new("X-Key", "1")], false))),
    };

    private sealed class Disposable : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
