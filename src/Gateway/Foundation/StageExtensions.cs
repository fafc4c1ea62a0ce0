namespace Gateway.Foundation;

/// <summary>Stages that only some routes need.</summary>
internal static class StageExtensions
{
    /// <summary>
    /// The framework's <c>UseWhen</c>, but the stages are made for the first request that needs them: those of the framework are bound to
    /// their services by compiled expressions, and a gateway without such routes does not load the compiler. What fails once is tried again.
    /// </summary>
    public static void UseOnceNeeded(this IApplicationBuilder app, Func<HttpContext, bool> isNeeded, Action<IApplicationBuilder> use) => app.Use(next =>
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
