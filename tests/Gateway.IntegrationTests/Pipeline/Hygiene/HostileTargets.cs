using System.Text;

namespace Gateway.IntegrationTests.Pipeline.Hygiene;

/// <summary>Targets made to mean one thing to the gateway and another to a destination.</summary>
internal static class HostileTargets
{
    public static readonly string[] Known =
    [
        "/public/..%2fprivate/secret", "/public/..%2Fprivate/secret", "/public/%2e%2e%2fprivate/secret", "/public%2f..%2fprivate/secret",
        "/public/..%5cprivate/secret", "/public/..\\private/secret", "/public\\..\\private\\secret", "/public/%5c../private/secret",
        "/public/..%252fprivate/secret", "/public/%252e%252e/private/secret", "/public/%252e%252e%252fprivate/secret",
        "/public/%25%32%65%25%32%65/private/secret", "/public/..%25%32%66private/secret", "/public/.%252e/private/secret",
        "/public/%252%65%252%65/private/secret", "/public/..%25%35%63private/secret",
        "/public/..;/private/secret", "/public/..;x=1/private/secret", "/public/%2e%2e;/private/secret", "/public/..%3b/private/secret",
        "/public/..%253b/private/secret",
        "/public/.;/../private/secret", "/public/x/../../private/secret", "/public/./../private/secret", "/public/%2e%2e/private/secret",
        "/public/%2e/%2e%2e/private/secret", "/public/..//private/secret", "//private/secret", "/public//../private/secret",
        "/public/../../private/secret", "/../private/secret", "/%2e%2e/private/secret", "/public/%00/../private/secret",
        "/public/..%00/private/secret", "/public/%c0%ae%c0%ae/private/secret", "/public/..%c0%afprivate/secret",
        "/public/%e0%80%ae./private/secret",
        "/public/%u002e%u002e/private/secret", "/public/%", "/public/%2", "/public/%zz", "/public/..%", "/public/\x01", "/public/\x7f",
        "/public/%0a", "/public/%0d%0aX-Auth-Subject:%20evil", "/public/\xe9", "/public/%ff", "/public/#/../private/secret",
        "/public/..%23/private/secret",
        "/public/..?/../private/secret", "/public/?x=../../private/secret", "/public/..%3f/private/secret",
        "/private/../public/../private/secret",
        "/private/..%2fpublic/a", "/private/secret/..%2f..%2fpublic/a", "/private%2fsecret", "/PRIVATE/secret", "/%70rivate/secret",
        "/private;a=b/secret",
        "/private/", "/private", "/private//secret", "/.//private/secret", "/public/..", "/public/../", "/public/...",
        "/public/..a/../private/secret",
        "public/../private/secret", "*", "", "?x", "localhost:80", "ftp://localhost/private/secret", "http:/private/secret",
        "http:///private/secret",
        "http://localhost", "http://localhost?x", "http://localhost/public/..%2fprivate/secret",
        "http://localhost/public/../private/secret",
        "http://localhost/public/%2e%2e/private/secret", "http://localhost/private/secret", "http://localhost//private/secret",
        "http://localhost/public/..%5cprivate/secret", "http://localhost\\private\\secret",
        "http://localhost/public/%252e%252e/private/secret",
        "HTTP://LOCALHOST/public/../private/secret", "https://localhost/private/secret", "http://user:pw@localhost/private/secret",
        "http://localhost/public/..;/private/secret", "http://localhost#/private/secret", "http://localhost/public\\..\\private/secret",
        "/%2Fprivate/secret", "/%2f%2fprivate/secret", "/private%2fsecret%2F", "/public%2F..%2Fprivate", "/public/%2F..%2Fprivate/secret",
        "/public/a%2F..%2F..%2Fprivate/secret",
        "/public/a;%2F..%2F..%2Fprivate", "/;/private/secret", "/;%2Fprivate/secret", "/private;%2Fsecret", "/private/;/secret",
        "/a;/../private/secret", "/public/.%3b/../private",
        "/public;/..;/private/secret", "/private%3Ba/secret", "/public/%2e;%2f..;%2Fprivate/secret", "///private///secret",
        "//public//..//private//secret", "/public/;..%2F..%2Fprivate",
        "/public/..;..%2Fprivate/secret", "/private;..%2Fpublic", "/private;/public", "/private;x%2Fpublic/a",
        "http://localhost//private/secret", "http://localhost/private%2Fsecret",
    ];

    /// <summary>The same in every run, so that a failure can be repeated.</summary>
    public static IEnumerable<string> Generate()
    {
        var random = new Random(6750);
        string[] pieces =
        [
            "/", "/", "..", ".", "%2e", "%2E%2e", "%2f", "%5c", "\\", "%252e", "%252f", "%25%32%65", "%25%32%66", ";", ";a=b", "%3b", "%00",
            "%20", "//",
            "%2F", ";/", "private", "private/secret", "%70rivate", "PRIVATE", "secret", "?", "%3f", "#", "%c0%ae", "%e2%80%ae", "public",
            "a",
        ];
        for (var i = 0; i < 200; i++)
        {
            var target = new StringBuilder((i % 4) switch { 0 => "/", 1 => "http://localhost/public/", _ => "/public/" });
            for (var j = random.Next(1, 9); j > 0; j--)
            {
                target.Append(pieces[random.Next(pieces.Length)]);
            }

            yield return target.ToString();
        }
    }
}
