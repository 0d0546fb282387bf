using System.Runtime.InteropServices;

namespace WeightSharing.Benchmarks;

/// <summary>Floats at an address that is a multiple of 64, as those of tensors are; kept until the program ends.</summary>
internal sealed unsafe class Buffer
{
    private static int made;

    private readonly float* start;
    private readonly int length;

    public Buffer(int length, Func<int, float> value)
    {
        // Buffers at the same place of their pages would make loads wait for unrelated stores.
        int shift = 16 * (made++ % 64);
        start = (float*)NativeMemory.AlignedAlloc((nuint)(length + 1024) * sizeof(float), 4096) + shift;
        this.length = length;
        for (int i = 0; i < length; i++) start[i] = value(i);
    }

    public Span<float> Span => new(start, length);

    /// <summary>Deviates of variance one about zero.</summary>
    public static Buffer Normal(int length, int seed)
    {
        var random = new Random(seed);
        return new(length, _ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2);
    }
}
