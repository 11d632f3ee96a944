using System.Globalization;
using Convo.Core.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

/// <summary>
/// What the organisation has agreed on about its people's chats. It is set where Convo runs and not in the browser: an administrator of
/// Convo cannot give themself the right to read along.
/// </summary>
public sealed class OrganisationOptions
{
    public const string AdminsReadThreadsKey = "CONVO_ADMINS_READ_THREADS";
    public const string RetentionDaysKey = "CONVO_RETENTION_DAYS";
    public const int MaxRetentionDays = 36_500;

    /// <summary>Whether administrators may open other people's threads. Each time is written to the audit log, with the reason.</summary>
    public bool AdminsReadThreads { get; set; }

    /// <summary>After how many days without activity a thread is deleted with its files; null keeps everything.</summary>
    public int? RetentionDays { get; set; }

    /// <exception cref="ConvoException">403 <c>reading_off</c> unless administrators may read other people's threads.</exception>
    public void RequireReading()
    {
        if (!AdminsReadThreads)
        {
            throw new ConvoException(ProblemKind.Forbidden, "reading_off",
                $"This organisation does not let administrators read other people's chats. Whoever runs Convo can allow it with {AdminsReadThreadsKey}=true.");
        }
    }

    internal List<string> Faults { get; } = [];

    internal void Read(IConfiguration configuration)
    {
        var read = configuration[AdminsReadThreadsKey];
        if (!string.IsNullOrWhiteSpace(read))
        {
            if (bool.TryParse(read.Trim(), out var allowed))
            {
                AdminsReadThreads = allowed;
            }
            else
            {
                Faults.Add($"{AdminsReadThreadsKey} is '{read}'; true or false is needed.");
            }
        }

        var days = configuration[RetentionDaysKey];
        if (!string.IsNullOrWhiteSpace(days))
        {
            if (int.TryParse(days.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MaxRetentionDays)
            {
                RetentionDays = count;
            }
            else
            {
                Faults.Add($"{RetentionDaysKey} is '{days}'; a number of days from 1 to {MaxRetentionDays} is needed, or leave it out to keep everything.");
            }
        }
    }
}

internal sealed class OrganisationOptionsValidator : IValidateOptions<OrganisationOptions>
{
    public ValidateOptionsResult Validate(string? name, OrganisationOptions options) =>
        options.Faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Faults);
}
