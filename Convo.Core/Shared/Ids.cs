namespace Convo.Core.Shared;

public static class Ids
{
    /// <summary>A UUIDv7, so that keys sort by the time they were made.</summary>
    public static Guid NewId(this TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow());
}
