using System.Runtime.InteropServices;

namespace WeightSharing.Kernels;

/// <summary>Scratch memory of the calling thread: uninitialised, aligned to 64 bytes, kept for the next use.</summary>
/// <remarks>
/// Rented and returned in stack order: <c>using var scratch = Scratch&lt;T&gt;.Rent(count);</c>. Other threads may use the memory until the
/// scope ends. Renting in steady state allocates nothing.
/// </remarks>
internal readonly unsafe ref struct Scratch<T>
    where T : unmanaged
{
    private readonly ScratchStack stack;

    private Scratch(ScratchStack stack, long count)
    {
        this.stack = stack;
        Pointer = (T*)stack.Push((nuint)count * (nuint)sizeof(T));
    }

    /// <summary>The first element; never null.</summary>
    public T* Pointer { get; }

    public static Scratch<T> Rent(long count) => new(ScratchStack.OfThread, count);

    public void Dispose() => stack.Pop();
}

/// <summary>The blocks of one thread, one for each depth of nested use.</summary>
internal sealed unsafe class ScratchStack
{
    private const nuint Alignment = 64;
    private const nuint SmallestBlock = 16 * 1024;

    // Blocks above this are given back at once: rare, huge uses must not hold their memory for ever.
    private const nuint LargestKept = 64 * 1024 * 1024;

    [ThreadStatic]
    private static ScratchStack? ofThread;

    private readonly List<(nint Address, nuint Bytes)> blocks = [];
    private int depth;

    private ScratchStack()
    {
    }

    ~ScratchStack()
    {
        foreach ((nint address, _) in blocks) NativeMemory.AlignedFree((void*)address);
    }

    public static ScratchStack OfThread => ofThread ??= new ScratchStack();

    public void* Push(nuint bytes)
    {
        if (depth == blocks.Count) blocks.Add((0, 0));
        (nint address, nuint capacity) = blocks[depth];
        if (capacity < bytes || address == 0)
        {
            // Emptied first, so that a failing allocation leaves no address behind that the finalizer would free again.
            blocks[depth] = (0, 0);
            NativeMemory.AlignedFree((void*)address);
            nuint size = Math.Max(SmallestBlock, bytes + bytes / 4);
            address = (nint)NativeMemory.AlignedAlloc(size, Alignment);
            blocks[depth] = (address, size);
        }

        depth++;
        return (void*)address;
    }

    public void Pop()
    {
        depth--;
        (nint address, nuint capacity) = blocks[depth];
        if (capacity <= LargestKept) return;
        blocks[depth] = (0, 0);
        NativeMemory.AlignedFree((void*)address);
    }
}
