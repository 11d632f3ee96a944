using System.Globalization;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

/// <inheritdoc cref="IRetention"/>
internal sealed partial class Retention(
    IMyDataRepository data, ISessionRepository sessions, IOptions<OrganisationOptions> organisation, TimeProvider time, ILogger<Retention> logger) : IRetention
{
    /// <summary>One transaction's worth: locks are held for moments only.</summary>
    private const int Batch = 200;

    private static readonly TimeSpan LinksKeptFor = TimeSpan.FromDays(30);

    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await sessions.DeleteUnusedAsync(now - SessionService.Lifetime, cancellationToken).ConfigureAwait(false);
        await data.DeleteEndedLinksAsync(now - LinksKeptFor, cancellationToken).ConfigureAwait(false);
        if (organisation.Value.RetentionDays is not { } days)
        {
            return;
        }

        var (threads, files) = (0, 0);
        DeletedData deleted;
        do
        {
            deleted = await data.DeleteUntouchedAsync(now.AddDays(-days), Batch, cancellationToken).ConfigureAwait(false);
            threads += deleted.Threads;
            files += deleted.Files;
        }
        while (deleted.Threads + deleted.Files > 0);

        if (threads + files > 0)
        {
            var details = new Dictionary<string, string?>
            {
                ["days"] = days.ToString(CultureInfo.InvariantCulture),
                ["threads"] = threads.ToString(CultureInfo.InvariantCulture),
                ["files"] = files.ToString(CultureInfo.InvariantCulture),
            };
            await data.AuditAsync(new AuditEntry(time.NewId(), now, null, "retention.applied", "organisation", null, Details: details), cancellationToken).ConfigureAwait(false);
            LogApplied(days, threads, files);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention of {Days} days: {Threads} threads and {Files} files deleted")]
    private partial void LogApplied(int days, int threads, int files);
}
