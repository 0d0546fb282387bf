using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmSimd = System.Runtime.Intrinsics.Arm.AdvSimd;

namespace WeightSharing.Kernels;

/// <summary>Shuffles of two vectors that the instruction sets have under different names.</summary>
internal static class ConvolutionShuffle
{
    /// <summary>a₀ b₀ a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Low(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackLow(a, b)
            : ArmSimd.Arm64.IsSupported ? ArmSimd.Arm64.ZipLow(a, b)
            : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>a₂ b₂ a₃ b₃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> High(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.UnpackHigh(a, b)
            : ArmSimd.Arm64.IsSupported ? ArmSimd.Arm64.ZipHigh(a, b)
            : Vector128.Create(a[2], b[2], a[3], b[3]);

    /// <summary>a₀ a₂ b₀ b₂.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Even(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.Shuffle(a, b, 0b10_00_10_00)
            : ArmSimd.Arm64.IsSupported ? ArmSimd.Arm64.UnzipEven(a, b)
            : Vector128.Create(a[0], a[2], b[0], b[2]);

    /// <summary>a₁ a₃ b₁ b₃.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Odd(Vector128<float> a, Vector128<float> b)
        => Sse.IsSupported ? Sse.Shuffle(a, b, 0b11_01_11_01)
            : ArmSimd.Arm64.IsSupported ? ArmSimd.Arm64.UnzipOdd(a, b)
            : Vector128.Create(a[1], a[3], b[1], b[3]);

    /// <summary>a₀ b₀.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Low(Vector128<double> a, Vector128<double> b)
        => Sse2.IsSupported ? Sse2.UnpackLow(a, b)
            : ArmSimd.Arm64.IsSupported ? ArmSimd.Arm64.ZipLow(a, b)
            : Vector128.Create(a[0], b[0]);

    /// <summary>a₁ b₁.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> High(Vector128<double> a, Vector128<double> b)
        => Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
            : ArmSimd.Arm64.IsSupported ? ArmSimd.Arm64.ZipHigh(a, b)
            : Vector128.Create(a[1], b[1]);
}
