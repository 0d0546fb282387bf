using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace WeightSharing.Kernels;

/// <summary>The variants of a kernel: one text, compiled for each width.</summary>
internal enum SimdVariant
{
    /// <summary>Plain loops: the definition that every other variant is tested against.</summary>
    Reference,

    /// <summary>128-bit vectors: SSE2 or AdvSimd; a real path, and the default of ahead-of-time builds.</summary>
    Vector128,

    /// <summary>256-bit vectors: AVX2 with FMA.</summary>
    Vector256,

    /// <summary>512-bit vectors: AVX-512.</summary>
    Vector512,
}

/// <summary>The one place where a kernel variant is chosen.</summary>
internal static class Simd
{
    /// <summary>Environment variable that forces a variant: <c>reference</c>, <c>128</c>, <c>256</c> or <c>512</c>.</summary>
    public const string VariableName = "WEIGHTSHARING_SIMD";

    /// <summary>1.5·2^52: adding it to a small integer-valued double leaves that integer in the low mantissa bits.</summary>
    public const double IntegerShift = 6755399441055744.0;

    /// <summary>The variant that kernels run when the caller names none.</summary>
    public static readonly SimdVariant Chosen = Choose(Environment.GetEnvironmentVariable(VariableName));

    // A compile-time constant under the JIT and ahead of time, so that code of absent widths is removed.
    public static bool Has512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated;
    }

    public static bool Has256
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.IsHardwareAccelerated && Fma.IsSupported;
    }

    /// <summary>True where a · b + c takes one rounding: everywhere but on x64 without FMA.</summary>
    /// <remarks>Asked in the innermost loops: ahead of time it would be a call there, with every register spilled around it.</remarks>
    public static bool HasMultiplyAdd
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <summary>Asks the memory for a few bytes that will be read soon; where nothing is there, nothing happens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(void* address, int bytes)
    {
        if (!Sse.IsSupported) return;
        for (int at = 0; at < bytes; at += 64) Sse.Prefetch0((byte*)address + at);
    }

    /// <summary>As <see cref="Prefetch(void*, int)"/>, the one line of the cache at <paramref name="address"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>True when the machine and this build can run <paramref name="variant"/>.</summary>
    public static bool IsAvailable(SimdVariant variant) => variant switch
    {
        SimdVariant.Vector512 => Has512,
        SimdVariant.Vector256 => Has256,
        _ => true,
    };

    /// <summary>All variants that this machine and this build can run, the reference first: what the tests loop over.</summary>
    public static IEnumerable<SimdVariant> Available => Enum.GetValues<SimdVariant>().Where(IsAvailable);

    /// <summary>True for the element types that have vectors; a constant in each specialisation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasVectorsOf<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    public static string UnsupportedElement<T>() => $"Kernels exist for float and double, not for {typeof(T).Name}.";

    private static SimdVariant Choose(string? forced)
    {
        SimdVariant? wanted = forced switch
        {
            null or "" => null,
            "reference" => SimdVariant.Reference,
            "128" => SimdVariant.Vector128,
            "256" => SimdVariant.Vector256,
            "512" => SimdVariant.Vector512,
            _ => throw new InvalidOperationException($"{VariableName}={forced}: expected reference, 128, 256 or 512."),
        };
        if (wanted is { } variant)
        {
            return IsAvailable(variant)
                ? variant
                : throw new InvalidOperationException($"{VariableName}={forced}: this machine or this build does not have {variant}.");
        }

        if (Has512) return SimdVariant.Vector512;   // Zen 4: the same peak as AVX2 with half the instructions and twice the registers
        if (Has256) return SimdVariant.Vector256;   // every x64 machine since 2013 under the JIT
        return SimdVariant.Vector128;               // Arm64, and ahead-of-time builds without IlcInstructionSet
    }
}
