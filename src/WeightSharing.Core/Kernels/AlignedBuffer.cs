using System.Runtime.CompilerServices;

namespace WeightSharing.Kernels;

/// <summary>Arrays whose first used element lies on a cache line, so that no vector load straddles two.</summary>
internal static class AlignedBuffer
{
    private const int CacheLine = 64;

    /// <summary>
    /// A pinned array with at least <paramref name="length"/> elements from the aligned index <paramref name="start"/> on; contents undefined.
    /// </summary>
    /// <remarks>Pinned memory is collected only with the oldest generation: for buffers that live long or are pooled, not for passing ones.</remarks>
    public static unsafe T[] Allocate<T>(int length, out int start) where T : unmanaged
    {
        T[] array = GC.AllocateUninitializedArray<T>(checked(length + CacheLine / sizeof(T)), pinned: true);
        start = StartOf(array);
        return array;
    }

    /// <summary>The aligned index of an array from <see cref="Allocate"/>; pinned arrays do not move, so it stays.</summary>
    public static unsafe int StartOf<T>(T[] array) where T : unmanaged
    {
        nuint misaligned = (nuint)Unsafe.AsPointer(ref array[0]) % CacheLine;
        return misaligned == 0 ? 0 : (int)((CacheLine - misaligned) / (nuint)sizeof(T));
    }

    /// <summary>The length that an array from <see cref="Allocate"/> was asked for.</summary>
    public static unsafe int LengthOf<T>(T[] array) where T : unmanaged => array.Length - CacheLine / sizeof(T);
}
