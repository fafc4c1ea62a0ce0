namespace Gateway.Tests.Configuration;

public sealed class SchemaCheckTests
{
    [Fact]
    public async Task Smallest_whole_configuration_has_no_errors()
    {
        var errors = await CheckedConfiguration.ErrorsOfAsync(CheckedConfiguration.Good);

        errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("\"ReverseProxy\": {", "\"ReversProxy\": {} , \"ReverseProxy\": {", "ReversProxy", "Did you mean \"ReverseProxy\"?")]
    [InlineData("\"Issuers\": {", "\"Isuers\": {}, \"Issuers\": {", "Gateway:Isuers", "Did you mean \"Issuers\"?")]
    [InlineData("\"Audiences\"", "\"Audience\": [], \"Audiences\"", "Gateway:Issuers:shop:Audience", "Did you mean \"Audiences\"?")]
    [InlineData(
        "\"Discovery\": true", "\"Discovry\": null, \"Discovery\": true", "Gateway:Issuers:shop:Keys:Discovry",
        "Did you mean \"Discovery\"?")]
    [InlineData("\"All\": [", "\"Al\": \"x\", \"All\": [", "Gateway:Policies:read:Scopes:Al", "Did you mean \"All\"?")]
    [InlineData(
        "\"AuthorizationPolicy\"", "\"AuthorisationPolicy\"", "ReverseProxy:Routes:orders:AuthorisationPolicy",
        "Did you mean \"AuthorizationPolicy\"?")]
    [InlineData("\"Path\"", "\"Pth\"", "ReverseProxy:Routes:orders:Match:Pth", "Did you mean \"Path\"?")]
    [InlineData("\"Routes\": {", "\"Route\": {}, \"Routes\": {", "ReverseProxy:Route", "Did you mean \"Routes\"?")]
    [InlineData("\"Address\"", "\"Adress\"", "ReverseProxy:Clusters:shop:Destinations:one:Adress", "Did you mean \"Address\"?")]
    [InlineData(
        "\"Destinations\": {", "\"HttpRequest\": { \"Versoin\": \"2\" }, \"Destinations\": {",
        "ReverseProxy:Clusters:shop:HttpRequest:Versoin", "Did you mean \"Version\"?")]
    [InlineData(
        "\"ClusterId\"", "\"RouteId\": \"x\", \"ClusterId\"", "ReverseProxy:Routes:orders:RouteId", "Known names: AuthorizationPolicy")]
    public async Task Unknown_key_is_reported_with_the_likely_one(string old, string replacement, string path, string cure)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(old, replacement);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Problem.ShouldContain("is unknown.");
        error.Cure.ShouldStartWith(cure);
    }

    /// <summary>Configuration binds an empty object to null, as if the section had been left out.</summary>
    [Theory]
    [InlineData("BackChannelLogout")]
    [InlineData("Introspection")]
    [InlineData("SecurityEvents")]
    [InlineData("StatusList")]
    [InlineData("Template")]
    public async Task Empty_section_that_would_have_no_effect_is_an_error(string section)
    {
        var error = (await CheckedConfiguration.ErrorsWithAsync("\"Issuer\":", $"\"{section}\": {{}}, \"Issuer\":")).ShouldHaveSingleItem();

        error.Path.ShouldBe($"Gateway:Issuers:shop:{section}");
        error.Problem.ShouldBe("this is empty.");
        error.Cure.ShouldBe("Write its settings, or leave it out.");
    }

    [Theory]
    [InlineData("\"Audiences\": [\"shop-api\"]", "\"Audiences\": \"shop-api\"", "Audiences", "this must be a list.")]
    [InlineData("\"Audiences\": [\"shop-api\"]", "\"Audiences\": { \"0\": \"shop-api\" }", "Audiences", "this must be a list.")]
    [InlineData(
        "\"Audiences\": [\"shop-api\"]", "\"Audiences\": [\"shop-api\", {}]", "Audiences:1", "this must be text, not an object or list.")]
    [InlineData("\"Audiences\": [\"shop-api\"]", "\"Audiences\": [\"shop-api\", null]", "Audiences:1", "this is empty.")]
    [InlineData("\"Audiences\": [\"shop-api\"]", "\"Audiences\": [\"shop-api\", 7]", "Audiences:1", "this must be text.")]
    [InlineData("\"Audiences\": [\"shop-api\"]", "\"Audiences\": []", "Audiences", "this is empty.")]
    [InlineData("\"Issuer\":", "\"ClockSkew\": 60, \"Issuer\":", "ClockSkew", "this must be a time.")]
    [InlineData("\"Issuer\":", "\"ClockSkew\": \"60\", \"Issuer\":", "ClockSkew", "this must be a time.")]
    [InlineData("\"Issuer\":", "\"MaxLifetime\": \"1\", \"Issuer\":", "MaxLifetime", "this must be a time.")]
    [InlineData("\"Issuer\":", "\"MaxLifetime\": {}, \"Issuer\":", "MaxLifetime", "this must be a time, not an object or list.")]
    [InlineData("\"Issuer\":", "\"RequireTokenId\": \"yes\", \"Issuer\":", "RequireTokenId", "this must be true or false.")]
    [InlineData("\"Issuer\":", "\"RequireTokenId\": 1, \"Issuer\":", "RequireTokenId", "this must be true or false.")]
    [InlineData(
        "\"Issuer\":", "\"RequireTokenId\": [], \"Issuer\":", "RequireTokenId", "this must be true or false, not an object or list.")]
    [InlineData(
        "\"Issuer\": \"https://idp.example.com\"", "\"Issuer\": { \"Name\": \"x\" }", "Issuer",
        "this must be text, not an object or list.")]
    [InlineData("\"Keys\": { \"Discovery\": true }", "\"Keys\": true", "Keys", "this must be an object.")]
    [InlineData("\"Keys\": { \"Discovery\": true }", "\"Keys\": []", "Keys", "this must be an object.")]
    public async Task Wrong_type_is_reported_at_its_setting(string old, string replacement, string path, string problem)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(old, replacement);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("Gateway:Issuers:shop:" + path);
        error.Problem.ShouldBe(problem);
    }

    [Theory]
    [InlineData("\"Mode\": \"Reprt\"", "Did you mean \"Report\"?")]
    [InlineData("\"Mode\": \"1\"", "Known names: Enforce, Report.")]
    [InlineData("\"Mode\": \"Report,Enforce\"", "Known names: Enforce, Report.")]
    [InlineData("\"Mode\": 1", "Known names: Enforce, Report.")]
    public async Task Enum_is_one_of_its_names(string setting, string cure)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Scopes\":", $"{setting}, \"Scopes\":");

        var error = errors.ShouldHaveSingleItem();
        error.Problem.ShouldBe("this must be one of Enforce, Report.");
        error.Cure.ShouldBe(cure);
    }

    [Theory]
    [InlineData("\"Issuers\": {", "\"Issuers\": { \"other\": {},", "Gateway:Issuers:other")]
    [InlineData("\"Policies\": {", "\"Policies\": { \"other\": {},", "Gateway:Policies:other")]
    [InlineData("\"Policies\": {", "\"Policies\": { \"other\": null,", "Gateway:Policies:other")]
    [InlineData("\"Scopes\":", "\"Issuers\": [], \"Scopes\":", "Gateway:Policies:read:Issuers")]
    [InlineData("\"Scopes\":", "\"Claims\": [{}], \"Scopes\":", "Gateway:Policies:read:Claims:0")]
    [InlineData("\"Policies\": {", "\"TokenSources\": [], \"Policies\": {", "Gateway:TokenSources")]
    [InlineData("\"Policies\": {", "\"Identity\": { \"Headers\": {} }, \"Policies\": {", "Gateway:Identity:Headers")]
    [InlineData("\"Routes\": {", "\"Routes\": { \"other\": {},", "ReverseProxy:Routes:other")]
    [InlineData("\"Clusters\": {", "\"Clusters\": { \"other\": {},", "ReverseProxy:Clusters:other")]
    [InlineData("\"Destinations\": {", "\"Destinations\": { \"other\": {},", "ReverseProxy:Clusters:shop:Destinations:other")]
    public async Task Empty_item_is_an_error_and_never_just_vanishes(string old, string replacement, string path)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(old, replacement);

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe(path);
        error.Problem.ShouldBe("this is empty.");
    }

    [Theory]
    [InlineData("\"Default\"")]
    [InlineData("\"minutes\"")]
    [InlineData("null")]
    public async Task Output_cache_of_YARP_is_not_offered_and_the_error_says_why(string name)
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync(
            "\"ClusterId\": \"shop\",", $"\"ClusterId\": \"shop\", \"OutputCachePolicy\": {name},");

        var error = errors.ShouldHaveSingleItem();
        error.Path.ShouldBe("ReverseProxy:Routes:orders:OutputCachePolicy");
        error.Problem.ShouldStartWith("the gateway has no output cache");
    }

    [Fact]
    public async Task Null_means_not_set()
    {
        var errors = await CheckedConfiguration.ErrorsWithAsync("\"Issuer\":", "\"ClockSkew\": null, \"TokenTypes\": null, \"Issuer\":");

        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_of_settings_are_compared_without_case()
    {
        var errors = await CheckedConfiguration.ErrorsOfAsync(
            CheckedConfiguration.Good.Replace("\"Issuers\"", "\"ISSUERS\"", StringComparison.Ordinal)
                .Replace("\"Audiences\"", "\"audiences\"", StringComparison.Ordinal)
                .Replace("\"AuthorizationPolicy\": \"read\"", "\"authorizationPolicy\": \"READ\"", StringComparison.Ordinal)
                .Replace("\"ClusterId\": \"shop\"", "\"ClusterId\": \"SHOP\"", StringComparison.Ordinal));

        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_stand_in_the_order_of_their_lines()
    {
        var lines = Enumerable.Range(1, 12).Select(n => $"\"Unknown{n}\": {n}");

        var errors = await CheckedConfiguration.ErrorsOfAsync($"{{ \"Gateway\": {{\n{string.Join(",\n", lines)}\n}} }}");

        errors.Select(error => error.Location).ShouldBe(Enumerable.Range(2, 12).Select(line => $"yarp.json:{line}:1"));
    }
}
