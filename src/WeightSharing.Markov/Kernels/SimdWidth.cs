using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WeightSharing.Markov.Kernels;

/// <summary>The variants of a kernel: one text, compiled for each width.</summary>
internal enum SimdWidth
{
    /// <summary>Plain loops: the definition that the others are tested against.</summary>
    Reference,

    /// <summary>128-bit vectors: SSE2 or AdvSimd; the default of ahead-of-time builds.</summary>
    Vector128,

    /// <summary>256-bit vectors: AVX2 with FMA.</summary>
    Vector256,

    /// <summary>512-bit vectors: AVX-512.</summary>
    Vector512,
}

/// <summary>The one place where this assembly's kernels choose their variant.</summary>
internal static class Simd
{
    /// <summary>Environment variable that forces a variant, as for the core's kernels: <c>reference</c>, <c>128</c>, <c>256</c> or <c>512</c>.</summary>
    public const string VariableName = "WEIGHTSHARING_SIMD";

    /// <summary>The variant that runs when the caller names none.</summary>
    public static readonly SimdWidth Chosen = Choose(Environment.GetEnvironmentVariable(VariableName));

    public static bool Has512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static bool Has256 => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    /// <summary>All variants of this machine and build, the reference first: what the tests loop over.</summary>
    public static IEnumerable<SimdWidth> Available => Enum.GetValues<SimdWidth>().Where(IsAvailable);

    public static bool IsAvailable(SimdWidth width) => width switch
    {
        SimdWidth.Vector512 => Has512,
        SimdWidth.Vector256 => Has256,
        _ => true,
    };

    internal static SimdWidth Choose(string? forced)
    {
        SimdWidth? wanted = forced switch
        {
            null or "" => null,
            "reference" => SimdWidth.Reference,
            "128" => SimdWidth.Vector128,
            "256" => SimdWidth.Vector256,
            "512" => SimdWidth.Vector512,
            _ => throw new InvalidOperationException($"{VariableName}={forced}: expected reference, 128, 256 or 512."),
        };
        if (wanted is { } width)
        {
            return IsAvailable(width)
                ? width
                : throw new InvalidOperationException($"{VariableName}={forced}: this machine or this build does not have {width}.");
        }

        if (Has512) return SimdWidth.Vector512;   // half the instructions of AVX2 at the same peak
        if (Has256) return SimdWidth.Vector256;   // every x64 machine since 2013 under the JIT
        return SimdWidth.Vector128;               // Arm64, and ahead-of-time builds without an instruction-set option
    }
}
