using System.Runtime.InteropServices;

namespace OrleansInference.Compute.Memory;

/// <summary>A zeroed, 64-byte aligned block of native memory with one owner. The garbage collector neither moves nor scans it.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const nuint Alignment = 64;
    private readonly void* _block;
    private T* _pointer;

    public NativeBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        nuint bytes = Math.Max((nuint)length * (nuint)sizeof(T), Alignment);
        try
        {
            // Zeroed by the operating system page by page as it is touched: a large pool costs no memory before it is used.
            _block = NativeMemory.AllocZeroed(bytes + Alignment);
        }
        catch (OutOfMemoryException inner)
        {
            throw new InferenceException(ErrorCode.OutOfMemory, $"Allocating {bytes} bytes of native memory failed.", inner: inner);
        }

        _pointer = (T*)(((nuint)_block + Alignment - 1) & ~(Alignment - 1));
    }

    ~NativeBuffer() => Free();

    public long Length { get; }

    public T* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pointer;
    }

    public Span<T> Span => new(_pointer, checked((int)Length));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer != null)
        {
            _pointer = null;
            NativeMemory.Free(_block);
        }
    }
}
