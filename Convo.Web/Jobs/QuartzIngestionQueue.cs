using Convo.Core.Knowledge;
using Quartz;

namespace Convo.Web.Jobs;

/// <summary>One trigger a file, named after it: a second one for the same file is already there.</summary>
internal sealed class QuartzIngestionQueue(ISchedulerFactory schedulers, TimeProvider time) : IIngestionQueue
{
    public async Task EnqueueAsync(Guid attachmentId, DateTimeOffset? notBefore, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var trigger = TriggerBuilder.Create(time)
            .WithIdentity(JobNames.IngestOne(attachmentId))
            .ForJob(JobNames.Ingest)
            .WithExecutionGroup(JobNames.IngestionGroup)
            .StartAt(notBefore ?? time.GetUtcNow())
            .Build();
        try
        {
            await scheduler.ScheduleJob(trigger, cancellationToken: cancellationToken);
        }
        catch (ObjectAlreadyExistsException)
        {
            // The file is waiting for its turn.
        }
    }
}
