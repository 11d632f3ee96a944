namespace Convo.Tests.Fakes;

/// <summary>How a body is cut into writes: whole, in pieces of one length, or in random pieces from a seed that a failing test prints.</summary>
public sealed record Chop(int Size, int? Seed = null)
{
    public static Chop Whole { get; } = new(int.MaxValue);

    public static Chop Every(int bytes) => new(bytes);

    public static Chop Random(int seed, int max = 40) => new(max, seed);

    /// <summary>The cuts every recorded stream is replayed with.</summary>
    public static IReadOnlyList<Chop> All { get; } = [Whole, Every(1), Every(2), Every(3), Every(7), Random(1), Random(2)];

    public IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body)
    {
        var random = Seed is { } seed ? new Random(seed) : null;
        while (!body.IsEmpty)
        {
            var length = Math.Min(body.Length, random?.Next(1, Size + 1) ?? Size);
            yield return body[..length];
            body = body[length..];
        }
    }

    public override string ToString() => Seed is { } seed ? $"random {seed}" : Size == int.MaxValue ? "whole" : $"every {Size}";
}
