namespace Convo.Core.Shared;

/// <summary>One part that requests need; all of them together make Convo ready.</summary>
public interface IHealthProbe
{
    /// <summary>Short and public, such as <c>postgresql</c>.</summary>
    string Name { get; }

    /// <summary>Returns when the part answers; throws when it does not.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}
