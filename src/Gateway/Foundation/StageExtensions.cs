namespace Gateway.Foundation;

/// <summary>Stages that only some routes need.</summary>
internal static class StageExtensions
{
    /// <summary>
    /// Like the framework's <c>UseWhen</c>, but builds the stages for the first request that needs them. The framework binds its stages to
    /// services by compiled expressions, and a gateway without such routes need not load the compiler. A failed build is retried by the
    /// next request.
    /// </summary>
    public static void UseOnceNeeded(
        this IApplicationBuilder app, Func<HttpContext, bool> isNeeded, Action<IApplicationBuilder> use) => app.Use(next =>
    {
        var stages = new Lazy<RequestDelegate>(() =>
        {
            var branch = app.New();
            use(branch);
            branch.Run(next);
            return branch.Build();
        }, LazyThreadSafetyMode.PublicationOnly);
        return context => isNeeded(context) ? stages.Value(context) : next(context);
    });
}
