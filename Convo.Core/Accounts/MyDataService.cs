using System.IO.Compression;
using System.Text;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <inheritdoc cref="IMyData"/>
internal sealed class MyDataService(
    IMyDataRepository data, IAttachmentStore attachments, IAccountRepository accounts, IUserRepository users, SignInService signIn, IdentityService identities,
    IRevokedTurns turns, TimeProvider time) : IMyData
{
    public async Task ExportAsync(Caller caller, Stream output, CancellationToken cancellationToken)
    {
        var deferred = new DeferredWriteStream(output);
        await using (deferred.ConfigureAwait(false))
        {
            await WriteZipAsync(caller, deferred, cancellationToken).ConfigureAwait(false);
            await deferred.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteZipAsync(Caller caller, Stream output, CancellationToken cancellationToken)
    {
        var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken).ConfigureAwait(false);
        await using var _ = zip.ConfigureAwait(false);
        await WriteAsync(zip, "profile.json", await data.ProfileAsync(caller.UserId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await WriteAsync(zip, "usage.json", await data.UsageAsync(caller.UserId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        foreach (var threadId in await data.ThreadsAsync(caller.UserId, cancellationToken).ConfigureAwait(false))
        {
            if (await data.ThreadAsync(caller.UserId, threadId, cancellationToken).ConfigureAwait(false) is { } thread)
            {
                await WriteAsync(zip, $"threads/{threadId}.json", thread, cancellationToken).ConfigureAwait(false);
            }
        }

        await WriteAsync(zip, "files.json", await data.FilesAsync(caller.UserId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        foreach (var file in await data.FileListAsync(caller.UserId, cancellationToken).ConfigureAwait(false))
        {
            await CopyAsync(zip, caller, file, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<DeletedData> DeleteAsync(Caller caller, CancellationToken cancellationToken)
    {
        await turns.StopOfAsync(caller.UserId, cancellationToken).ConfigureAwait(false);
        return await data.DeleteAsync(caller.UserId, Audit(caller, "user.data_deleted"), cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAccountAsync(Caller caller, string? email, string? password, CancellationToken cancellationToken)
    {
        if (caller.ApiKeyId is not null)
        {
            throw new ConvoException(ProblemKind.Forbidden, "browser_only", "An account is deleted by its owner in the browser, not with an API key.");
        }

        var account = await accounts.FindAsync(caller.UserId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("person");
        var named = string.Equals(EmailAddress.Normalize(email ?? ""), EmailAddress.Normalize(account.Email), StringComparison.Ordinal);
        if (!named || (account.PasswordHash is not null && !await signIn.IsPasswordOfAsync(account, password, cancellationToken).ConfigureAwait(false)))
        {
            throw new ConvoException(ProblemKind.Forbidden, "confirmation_wrong", "Type your e-mail address, and your password where you have one. Nothing was deleted.");
        }

        await turns.StopOfAsync(caller.UserId, cancellationToken).ConfigureAwait(false);
        switch (await users.DeleteAsync(caller.UserId, Audit(caller, "user.deleted"), cancellationToken).ConfigureAwait(false))
        {
            case AccountOutcome.LastAdmin:
                throw new ConvoException(ProblemKind.Conflict, "last_admin", "You are the last active administrator. Make someone else an administrator first.");
            case AccountOutcome.Done:
                identities.Forget(caller.UserId);
                break;
            default:
                throw ConvoException.NotFound("person");
        }
    }

    private async Task CopyAsync(ZipArchive zip, Caller caller, ExportedFile file, CancellationToken cancellationToken)
    {
        if (await attachments.OpenAsync(caller.UserId, file.Id, cancellationToken).ConfigureAwait(false) is not { } content)
        {
            return;
        }

        await using var _ = content.ConfigureAwait(false);
        // A name that a person chose could lead out of the folder it is unpacked to; files.json tells which file this is.
        var extension = Path.GetExtension(file.Filename);
        var safe = extension.Length is > 1 and <= 8 && extension.Skip(1).All(char.IsAsciiLetterOrDigit) ? extension : "";
        var entry = await zip.CreateEntry($"files/{file.Id}{safe}", CompressionLevel.Fastest).OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = entry.ConfigureAwait(false);
        await content.CopyToAsync(entry, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync(ZipArchive zip, string name, string json, CancellationToken cancellationToken)
    {
        var entry = await zip.CreateEntry(name, CompressionLevel.Optimal).OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = entry.ConfigureAwait(false);
        await entry.WriteAsync(Encoding.UTF8.GetBytes(json), cancellationToken).ConfigureAwait(false);
    }

    private AuditEntry Audit(Caller caller, string action) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, "user", caller.UserId.ToString(), "asked for by the person");
}
