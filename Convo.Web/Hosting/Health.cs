using Convo.Core.Shared;

namespace Convo.Web.Hosting;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: everything that a request needs answers too.</summary>
public static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static IEndpointRouteBuilder MapConvoHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").AllowAnonymous().WithTags("Operations").DisableRateLimiting();
        health.MapGet("/live", Live).WithSummary("Whether the process answers.");
        health.MapGet("/ready", ReadyAsync).WithSummary("Whether database, schema and Redis answer; 503 when one does not.")
            .Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable);
        return app;
    }

    private static HealthReport Live() => new("ok", new Dictionary<string, string>());

    private static async Task<IResult> ReadyAsync(IEnumerable<IHealthProbe> probes, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(probes.Select(probe => AskAsync(probe, loggers.CreateLogger(typeof(Health)), cancellationToken)));
        var ready = answers.All(answer => answer.Ok);
        var report = new HealthReport(ready ? "ok" : "failing", answers.ToDictionary(answer => answer.Name, answer => answer.Ok ? "ok" : "failing"));
        return TypedResults.Json(report, ConvoJson.Options, statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<(string Name, bool Ok)> AskAsync(IHealthProbe probe, ILogger logger, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await probe.CheckAsync(patience.Token).WaitAsync(patience.Token);
            return (probe.Name, true);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Why is for the log: the answer is public.
            HealthLog.Failing(logger, probe.Name, e.Message);
            return (probe.Name, false);
        }
    }
}

/// <param name="Status"><c>ok</c> or <c>failing</c>.</param>
public sealed record HealthReport(string Status, IReadOnlyDictionary<string, string> Checks);

internal static partial class HealthLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: {Probe} says {Reason}")]
    public static partial void Failing(ILogger logger, string probe, string reason);
}
