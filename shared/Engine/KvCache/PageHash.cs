using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using OrleansInference.Compute;

namespace OrleansInference.Engine.KvCache;

/// <summary>
/// The hash of a full page: 128 bits of SHA-256 over the hash of the page before it (the root, for the first page) and the page's own tokens, and so over all tokens up to the page's
/// end. It is the same on every node. A hash only finds candidates: <see cref="PrefixTree"/> compares the contents.
/// </summary>
public readonly record struct PageHash(ulong High, ulong Low)
{
    private const int TokenBytes = KvLayout.PageTokens * sizeof(int);

    /// <summary>Returns the hash of a sequence's first page.</summary>
    public static PageHash First(in PageRoot root, ReadOnlySpan<int> tokens)
    {
        Span<byte> bytes = stackalloc byte[PageRoot.Size + TokenBytes];
        root.Write(bytes);
        return Digest(bytes, PageRoot.Size, tokens);
    }

    /// <summary>Returns the hash of the page that follows this one.</summary>
    public PageHash Next(ReadOnlySpan<int> tokens)
    {
        Span<byte> bytes = stackalloc byte[16 + TokenBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, High);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Low);
        return Digest(bytes, 16, tokens);
    }

    private static PageHash Digest(Span<byte> bytes, int offset, ReadOnlySpan<int> tokens)
    {
        Debug.Assert(tokens.Length == KvLayout.PageTokens);
        foreach (int token in tokens)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[offset..], token);
            offset += sizeof(int);
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return new PageHash(BinaryPrimitives.ReadUInt64LittleEndian(digest), BinaryPrimitives.ReadUInt64LittleEndian(digest[8..]));
    }
}
