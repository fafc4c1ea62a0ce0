using Gateway.Policies;
using Gateway.Runtime;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Gateway.Pipeline.Bearer;

/// <summary>Registers the Bearer scheme: JwtBearer, whose only token handler is the gateway's validation.</summary>
internal static class BearerScheme
{
    public const string Name = JwtBearerDefaults.AuthenticationScheme;

    // WebApplication adds both middlewares ahead of every stage when their services are registered, unless these properties say that they
    // are in place.
    private const string AuthenticationSet = "__AuthenticationMiddlewareSet";
    private const string AuthorizationSet = "__AuthorizationMiddlewareSet";

    /// <typeparam name="TEvents">The events of the listener.</typeparam>
    /// <param name="onRevocationUnavailable">True when the handler rejects tokens while the revocation list is stale.</param>
    public static void AddBearerScheme<TEvents>(this IServiceCollection services, UnavailableBehavior onRevocationUnavailable)
        where TEvents : BearerEvents
    {
        // This is AddAuthentication() without data protection, which only cookie schemes use: it would load a key ring at the start.
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
                // The gateway writes its own challenge, and the token must not be kept with the authentication result, where logs may reach
                // it.
                options.IncludeErrorDetails = false;
                options.SaveToken = false;
            })
            .Validate(
                HasOurHandlerOnly,
                "The Bearer scheme has one token handler, the gateway's, and fetches no metadata. Configure issuers in Gateway:Issuers.")
            .ValidateOnStart();
    }

    /// <summary>
    /// Prevents the framework from adding its middlewares ahead of the stages, where they would authenticate every request a first time.
    /// </summary>
    public static void PlaceAuthenticationByHand(this IApplicationBuilder app)
    {
        app.Properties[AuthenticationSet] = true;
        app.Properties[AuthorizationSet] = true;
    }

    /// <summary>
    /// Whatever else has configured the scheme: no other handler validates a token, and no key comes from another source.
    /// </summary>
    private static bool HasOurHandlerOnly(JwtBearerOptions options) => options is
    {
        TokenHandlers: [BearerTokenHandler],
        UseSecurityTokenValidators: false,
        ConfigurationManager: null,
        Configuration: null,
        Authority: null,
    };

    /// <summary>Hides <c>Authentication:Schemes:Bearer</c> from JwtBearer, since an environment variable may set it.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }
}
