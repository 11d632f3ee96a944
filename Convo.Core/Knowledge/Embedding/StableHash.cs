namespace Convo.Core.Knowledge;

/// <summary>
/// FNV-1a (64 bit, over UTF-16 code units) with MurmurHash3's finaliser. The same in every process and version: stored vectors
/// depend on it.
/// </summary>
internal static class StableHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(char kind, ReadOnlySpan<char> text)
    {
        var hash = (Offset ^ kind) * Prime;
        foreach (var c in text)
            hash = (hash ^ c) * Prime;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
