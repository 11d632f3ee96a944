using Convo.Core.Accounts;
using Quartz;

namespace Convo.Web.Jobs;

/// <summary>Deletes what has outlived the organisation's retention period.</summary>
[DisallowConcurrentExecution]
internal sealed class RetentionJob(IRetention retention) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await retention.ApplyAsync(cancellationToken);
}
