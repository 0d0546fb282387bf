using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>The memory behind a tensor and its views, whatever the element type.</summary>
internal abstract class Storage(string origin)
{
    /// <summary>Counts the writes; an operation that remembers a value remembers this too and finds out when it was changed.</summary>
    public int Version;

    /// <summary>The scope that takes the buffer back, or null when the garbage collector does.</summary>
    public TensorScope? Scope;

    /// <summary>A span of the buffer is out of our hands, so the buffer may not be used again by others.</summary>
    public bool SpanHandedOut;

    /// <summary>A writable span is out of our hands, so the values may change without the version.</summary>
    public bool MayChangeUnseen;

    /// <summary>What was worked out from the values of a version, for who works it out; goes when the buffer goes.</summary>
    public object? Derived;

    /// <summary>Name of the operation that made the values.</summary>
    public string Origin { get; } = origin;

    /// <summary>Ends the use of the buffer: whoever touches it from now on gets an exception.</summary>
    public abstract void HandBack();
}

/// <summary>A flat buffer of elements with a version, shared by a tensor and its views.</summary>
internal sealed class Storage<T> : Storage
    where T : unmanaged
{
    private const int UnpooledLength = 16;

    private T[]? array;
    private bool isUnpooled;
    private int start;

    private Storage(T[] array, int start, int length, string origin, bool isPersistent = false)
        : base(origin)
    {
        IsPersistent = isPersistent;
        this.array = array;
        this.start = start;
        Length = length;
    }

    /// <summary>The number of elements.</summary>
    public int Length { get; }

    /// <summary>True for buffers that belong to no scope and live long: parameters, gradients, optimizer state.</summary>
    public bool IsPersistent { get; }

    /// <summary>False after the scope that owned the buffer has ended.</summary>
    public bool IsAlive => array is not null && !HasEndedWithScope;

    public Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (array is null || HasEndedWithScope) ThrowHandedBack();
            return array.AsSpan(start, Length);
        }
    }

    public Memory<T> Memory
    {
        get
        {
            if (array is null || HasEndedWithScope) ThrowHandedBack();
            return array.AsMemory(start, Length);
        }
    }

    // A small buffer is on no list of its scope, which would keep it from the collector until the scope ends: it asks the scope instead.
    private bool HasEndedWithScope => isUnpooled && Scope is { HasEnded: true };

    /// <summary>A buffer of the thread's innermost scope, or an ordinary object outside any; contents undefined.</summary>
    public static Storage<T> Create(int length, string origin)
    {
        TensorScope? scope = Ambient.Current.Scope;
        if (scope is null) return new Storage<T>(GC.AllocateUninitializedArray<T>(length), 0, length, origin);

        // A few elements cost less from the collector than from the pool.
        bool isSmall = length <= UnpooledLength;
        int start = 0;
        T[] array = isSmall ? new T[length] : BufferPool<T>.Rent(length, out start);
        var storage = new Storage<T>(array, start, length, origin) { Scope = scope, isUnpooled = isSmall };
        if (!isSmall) scope.Own(storage);
        return storage;
    }

    /// <summary>A buffer that belongs to no scope: parameters, gradients, optimizer state.</summary>
    public static Storage<T> CreatePersistent(int length, string origin)
    {
        T[] array = AlignedBuffer.Allocate<T>(BufferPool<T>.CapacityOf(length), out int start);
        return new Storage<T>(array, start, length, origin, isPersistent: true);
    }

    /// <summary>An array of the caller's, taken over as it is.</summary>
    public static Storage<T> Wrap(T[] array, string origin) => new(array, 0, array.Length, origin);

    /// <summary>
    /// Swaps the buffers of this persistent storage and of one that a scope will take back, so that values change hands without a copy; false, and
    /// nothing done, where that cannot be.
    /// </summary>
    public bool TryExchange(Storage<T> other)
    {
        if (array is null || other.array is null || other.Scope is null || other.isUnpooled || SpanHandedOut || other.SpanHandedOut) return false;
        if (Length != other.Length || array.Length != other.array.Length) return false;
        (array, other.array) = (other.array, array);
        (start, other.start) = (other.start, start);
        Derived = other.Derived = null;
        Version++;
        other.Version++;
        return true;
    }

    public override void HandBack()
    {
        T[]? buffer = array;
        array = null;
        if (buffer is not null && !SpanHandedOut && !isUnpooled) BufferPool<T>.Return(buffer);
    }

    [DoesNotReturn]
    private void ThrowHandedBack() => throw new ObjectDisposedException(
        $"Tensor<{typeof(T).Name}>",
        $"A tensor of {Length} elements made by {Origin} is used after the TensorScope that it belongs to has ended; "
        + "call Keep() on it inside the scope, or make it outside.");
}

/// <summary>Spare buffers of one thread, by size class: what makes a scope's steady state free of allocation.</summary>
internal static class BufferPool<T>
    where T : unmanaged
{
    // Small classes are exact multiples of 16 elements; above, eight classes an octave: at most an eighth of a buffer is idle.
    private const int SmallStep = 16, SmallLimit = 128;

    [ThreadStatic]
    private static Stack<T[]>?[]? classes;

    public static T[] Rent(int length, out int start)
    {
        (int index, int capacity) = ClassOf(length);
        Stack<T[]>?[] pool = classes ??= new Stack<T[]>?[256];
        if (pool[index] is { Count: > 0 } spare)
        {
            T[] array = spare.Pop();
            start = AlignedBuffer.StartOf(array);
            return array;
        }

        return AlignedBuffer.Allocate<T>(capacity, out start);
    }

    public static void Return(T[] array)
    {
        (int index, _) = ClassOf(AlignedBuffer.LengthOf(array));
        ((classes ??= new Stack<T[]>?[256])[index] ??= new Stack<T[]>()).Push(array);
    }

    /// <summary>Elements of the buffers that serve a length: one from elsewhere has to have as many to join the pool.</summary>
    public static int CapacityOf(int length) => ClassOf(length).Capacity;

    /// <summary>Gives up all spare buffers of this thread.</summary>
    public static void Clear() => classes = null;

    private static (int Index, int Capacity) ClassOf(int length)
    {
        if (length <= SmallLimit)
        {
            int steps = (Math.Max(length, 1) + SmallStep - 1) / SmallStep;
            return (steps - 1, steps * SmallStep);
        }

        int octave = BitOperations.Log2((uint)(length - 1));      // 2^octave < length ≤ 2^(octave + 1)
        int step = 1 << (octave - 3);
        int eighth = (length - (1 << octave) + step - 1) / step;  // 1 … 8
        return (8 + (octave - 7) * 8 + eighth - 1, (int)Math.Min(int.MaxValue - 64L, (1L << octave) + (long)eighth * step));
    }
}
