using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Data.Accounts;
using Npgsql;

namespace Convo.Data.Models;

/// <inheritdoc cref="IModelStore"/>
internal sealed class PgModelStore(Db db, TimeProvider time) : IModelStore
{
    private const string LoadSql =
        """
        SELECT m.provider, m.id, m.is_added, m.name, m.context_window, m.max_output_tokens, m.input_price, m.cached_input_price, m.output_price,
               m.supports_temperature, m.supports_images, m.supports_system_prompt, m.is_hidden, m.position, m.for_everyone, m.fallbacks,
               ARRAY(SELECT t.team_id FROM model_members t WHERE t.provider = m.provider AND t.model_id = m.id AND t.team_id IS NOT NULL) AS team_ids,
               ARRAY(SELECT u.user_id FROM model_members u WHERE u.provider = m.provider AND u.model_id = m.id AND u.user_id IS NOT NULL) AS user_ids
          FROM models m
         ORDER BY m.provider, m.id
        """;

    public async Task<IReadOnlyList<ModelOverride>> LoadAsync(CancellationToken cancellationToken) =>
        [.. (await db.QueryAsync<ModelRow>(LoadSql, null, cancellationToken).ConfigureAwait(false)).Select(r => r.ToOverride())];

    private const string TeamsSql = "SELECT t.id, t.name FROM teams t ORDER BY t.name, t.id";

    public Task<IReadOnlyList<TeamName>> TeamsAsync(CancellationToken cancellationToken) => db.QueryAsync<TeamName>(TeamsSql, null, cancellationToken);

    private const string SaveSql =
        """
        INSERT INTO models (provider, id, is_added, name, context_window, max_output_tokens, input_price, cached_input_price, output_price,
                            supports_temperature, supports_images, supports_system_prompt, is_hidden, position, for_everyone, fallbacks, updated_at)
        VALUES (@provider, @id, @isAdded, @name, @contextWindow, @maxOutputTokens, @inputPrice, @cachedInputPrice, @outputPrice,
                @supportsTemperature, @supportsImages, @supportsSystemPrompt, @isHidden, @position, @forEveryone, @fallbacks, @now)
        ON CONFLICT (provider, id) DO UPDATE
           SET is_added = excluded.is_added, name = excluded.name, context_window = excluded.context_window, max_output_tokens = excluded.max_output_tokens,
               input_price = excluded.input_price, cached_input_price = excluded.cached_input_price, output_price = excluded.output_price,
               supports_temperature = excluded.supports_temperature, supports_images = excluded.supports_images,
               supports_system_prompt = excluded.supports_system_prompt, is_hidden = excluded.is_hidden, for_everyone = excluded.for_everyone, fallbacks = excluded.fallbacks, updated_at = excluded.updated_at
        """;

    private const string ForgetMembersSql = "DELETE FROM model_members WHERE provider = @provider AND model_id = @id";

    private const string AddMembersSql =
        """
        INSERT INTO model_members (provider, model_id, team_id, user_id)
        SELECT @provider, @id, t.id, NULL FROM unnest(@teamIds) AS t (id)
        UNION ALL
        SELECT @provider, @id, NULL, u.id FROM unnest(@userIds) AS u (id)
        """;

    /// <remarks>The place is only ever changed by <see cref="ReorderAsync"/>: what a node has in memory may be a moment old.</remarks>
    public async Task SaveAsync(ModelOverride model, AuditEntry audit, CancellationToken cancellationToken)
    {
        try
        {
            await db.InTransactionAsync(session => SaveAsync(session, model, audit, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new ConvoException(ProblemKind.NotFound, "not_found", "One of the teams or people does not exist any more. Check the ids.", e) { Field = "team_ids" };
        }
    }

    private async Task SaveAsync(DbSession session, ModelOverride model, AuditEntry audit, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            SaveSql,
            new
            {
                provider = model.Provider,
                id = model.Id,
                isAdded = model.IsAdded,
                name = model.Name,
                contextWindow = model.ContextWindow,
                maxOutputTokens = model.MaxOutputTokens,
                inputPrice = model.Prices?.Input,
                cachedInputPrice = model.Prices?.CachedInput,
                outputPrice = model.Prices?.Output,
                supportsTemperature = model.SupportsTemperature,
                supportsImages = model.SupportsImages,
                supportsSystemPrompt = model.SupportsSystemPrompt,
                isHidden = model.IsHidden,
                position = model.Position,
                forEveryone = model.Audience.Everyone,
                fallbacks = model.Fallbacks.ToArray(),
                now = time.GetUtcNow(),
            },
            cancellationToken).ConfigureAwait(false);
        var members = new { provider = model.Provider, id = model.Id, teamIds = model.Audience.TeamIds.ToArray(), userIds = model.Audience.UserIds.ToArray() };
        await session.ExecuteAsync(ForgetMembersSql, members, cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(AddMembersSql, members, cancellationToken).ConfigureAwait(false);
        await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
    }

    private const string DeleteSql = "DELETE FROM models WHERE provider = @provider AND id = @id";

    public Task<bool> DeleteAsync(string provider, string id, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var deleted = await session.ExecuteAsync(DeleteSql, new { provider, id }, cancellationToken).ConfigureAwait(false) > 0;
                if (deleted)
                {
                    await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                }

                return deleted;
            },
            cancellationToken);

    private const string ForgetPlacesSql = "UPDATE models SET position = NULL, updated_at = @now WHERE position IS NOT NULL";

    private const string PlaceSql =
        """
        INSERT INTO models (provider, id, position, updated_at)
        SELECT o.provider, o.id, o.position - 1, @now
          FROM unnest(@providers, @ids) WITH ORDINALITY AS o (provider, id, position)
        ON CONFLICT (provider, id) DO UPDATE SET position = excluded.position, updated_at = excluded.updated_at
        """;

    public Task ReorderAsync(IReadOnlyList<(string Provider, string Id)> order, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var now = time.GetUtcNow();
                await session.ExecuteAsync(ForgetPlacesSql, new { now }, cancellationToken).ConfigureAwait(false);
                await session.ExecuteAsync(
                    PlaceSql, new { providers = order.Select(o => o.Provider).ToArray(), ids = order.Select(o => o.Id).ToArray(), now }, cancellationToken).ConfigureAwait(false);
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken);
}
