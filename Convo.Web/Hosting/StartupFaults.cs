using System.Net;
using Convo.Core.Shared;
using Microsoft.Extensions.Options;

namespace Convo.Web.Hosting;

/// <summary>A start that fails says one plain thing and ends with exit code 1; a stack trace would hide it.</summary>
public static class StartupFaults
{
    /// <summary>The oldest runtime without known holes: below it cookies can be forged (CVE-2026-40372) and circuits crashed (CVE-2026-45591).</summary>
    private static readonly Version RuntimeFloor = new(10, 0, 9);

    // The host logs a failed start with its stack trace before it throws what is printed here.
    private static volatile bool _started;

    public static async Task<int> ReportAsync(Func<Task> run)
    {
        try
        {
            CheckRuntime(Environment.Version);
            await run();
            return 0;
        }
        catch (Exception e) when (e is not HostAbortedException && Explain(e) is { } message)
        {
            await Console.Error.WriteLineAsync($"Convo cannot start. {message}");
            return 1;
        }
    }

    /// <summary>Keeps the host from logging what <see cref="ReportAsync"/> prints.</summary>
    public static WebApplicationBuilder AddConvoStartupFaults(this WebApplicationBuilder builder)
    {
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => _started && level >= LogLevel.Information);
        builder.Services.AddHostedService<StartedMark>();
        return builder;
    }

    internal static void CheckRuntime(Version runtime)
    {
        if (runtime < RuntimeFloor)
        {
            throw new ConvoStartupException($"This is .NET {runtime}, which has known security holes. Install .NET {RuntimeFloor} or newer.");
        }
    }

    /// <summary>Null for a surprise, which keeps its stack trace.</summary>
    internal static string? Explain(Exception exception) => exception switch
    {
        ConvoStartupException expected => expected.Message,
        OptionsValidationException settings => Settings(settings.Failures),
        AggregateException many when many.InnerExceptions.All(inner => inner is OptionsValidationException) =>
            Settings(many.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)),
        IOException listening when listening.Message.StartsWith("Failed to bind", StringComparison.Ordinal) =>
            $"{listening.Message} Stop what uses this address, or set ASPNETCORE_URLS to another one, such as http://localhost:5081.",
        _ => null,
    };

    private static string Settings(IEnumerable<string> faults)
    {
        var all = faults.Distinct().ToList();
        return all.Count == 1 ? $"A setting is wrong: {all[0]}" : $"{all.Count} settings are wrong:{string.Concat(all.Select(fault => $"\n- {fault}"))}";
    }

    private sealed class StartedMark : IHostedLifecycleService
    {
        public Task StartedAsync(CancellationToken cancellationToken)
        {
            _started = true;
            return Task.CompletedTask;
        }

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
