namespace OrleansInference.Engine.Sampling;

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011):
/// ten rounds of multiplication and exchange turn a counter and a key into 128 random bits, without any state.
/// </summary>
internal static class Philox
{
    private const ulong Multiplier0 = 0xD2511F53;
    private const ulong Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>Returns the 64 random bits with which choice <paramref name="choice"/> draws its token for position <paramref name="position"/>.</summary>
    public static ulong Draw(ulong seed, int choice, int position)
    {
        Block block = Generate(new((uint)position, 0, (uint)choice, 0), (uint)seed, (uint)(seed >> 32));
        return (ulong)block.Word1 << 32 | block.Word0;
    }

    public static Block Generate(Block counter, uint key0, uint key1)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = Multiplier0 * counter.Word0;
            ulong product1 = Multiplier1 * counter.Word2;
            counter = new(
                (uint)(product1 >> 32) ^ counter.Word1 ^ key0,
                (uint)product1,
                (uint)(product0 >> 32) ^ counter.Word3 ^ key1,
                (uint)product0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return counter;
    }

    public readonly record struct Block(uint Word0, uint Word1, uint Word2, uint Word3);
}
