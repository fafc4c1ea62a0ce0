using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Pipeline.Bearer;

/// <summary>Registers the Bearer scheme: JwtBearer, whose only token handler is our pipeline.</summary>
internal static class BearerScheme
{
    public const string Name = JwtBearerDefaults.AuthenticationScheme;

    // WebApplication adds both middlewares ahead of every stage once their services are there, unless these say that they are in place.
    private const string AuthenticationSet = "__AuthenticationMiddlewareSet";
    private const string AuthorizationSet = "__AuthorizationMiddlewareSet";

    /// <typeparam name="TEvents">What the listener does with tokens and rejections.</typeparam>
    /// <param name="onRevocationUnavailable">What happens to tokens that the handler judges while the revocation list is too old.</param>
    public static void AddBearerScheme<TEvents>(this IServiceCollection services, UnavailableBehavior onRevocationUnavailable)
        where TEvents : BearerEvents
    {
        // AddAuthentication() less its data protection, which only schemes with cookies use: it would load a key ring at the start.
        services.AddAuthenticationCore(options => options.DefaultScheme = Name);
        services.AddWebEncoders();
        services.AddSingleton<IAuthenticationConfigurationProvider, NoConfiguration>();
        services.AddSingleton<TEvents>();
        new AuthenticationBuilder(services).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(Name)
            .Configure<LiveGateway, TEvents>((options, live, events) =>
            {
                options.TokenHandlers.Clear();
                options.TokenHandlers.Add(new BearerTokenHandler(live, onRevocationUnavailable));
                options.Events = events;
                options.IncludeErrorDetails = false;
                options.SaveToken = false;
            })
            .Validate(
                HasOurHandlerOnly,
                "The Bearer scheme has one token handler, the gateway's, and fetches no metadata. Configure issuers in Gateway:Issuers.")
            .ValidateOnStart();
    }

    /// <summary>Keeps the framework's middlewares from standing ahead of the stages, where they would judge every request a first time.</summary>
    public static void PlaceAuthenticationByHand(this IApplicationBuilder app)
    {
        app.Properties[AuthenticationSet] = true;
        app.Properties[AuthorizationSet] = true;
    }

    /// <summary>Whatever else configured the scheme: no handler of the framework judges a token, and no key comes from elsewhere.</summary>
    private static bool HasOurHandlerOnly(JwtBearerOptions options) => options is
    {
        TokenHandlers: [BearerTokenHandler],
        UseSecurityTokenValidators: false,
        ConfigurationManager: null,
        Configuration: null,
        Authority: null,
    };

    /// <summary>JwtBearer would read <c>Authentication:Schemes:Bearer</c>, which an environment variable may set.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }
}
