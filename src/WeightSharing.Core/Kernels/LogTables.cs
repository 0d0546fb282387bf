using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WeightSharing.Kernels;

/// <summary>
/// The table of <see cref="VectorMath{T, V, L}.Log"/> for floats: of each of the 32 segments of the significand in [¾, 1½) — those of [1, 1½), then
/// those of [¾, 1) — a number near the inverse of its centre and the logarithm of what that is the inverse of; 1 and 0 in two segments on either side of one.
/// </summary>
/// <remarks>
/// The inverses are floats for which −ln is a multiple of 2⁻¹⁶ to 4 · 10⁻¹⁰ (Gal 1986): a sum of such a multiple and of an exponent times a short ln 2 is exact.
/// </remarks>
internal static unsafe class LogTables
{
    /// <summary>Entries of the table, and where the logarithms begin.</summary>
    public const int Segments = 32;

    /// <summary>ln 2 to a multiple of 2⁻¹⁶, below it, and what is left of it: of one sign, so that both times ∞ may be added.</summary>
    public const double Ln2 = 45426 / Steps, Ln2Rest = 1.42860676533018e-6;

    private const double Steps = 65536;

    public static readonly float* Inverses = Build();

    private static ReadOnlySpan<float> Chosen =>
    [
        1, 1, 0.930723906f, 0.901194274f, 0.880667448f, 0.853585184f, 0.833099723f, 0.808478892f,
        0.788077235f, 0.7696805f, 0.755646288f, 0.735432327f, 0.716884911f, 0.705598354f, 0.685885429f, 0.674726486f,
        1.31732643f, 1.2954396f, 1.26916289f, 1.24273634f, 1.21810472f, 1.19536495f, 1.1726023f, 1.15363038f,
        1.13339055f, 1.11408365f, 1.09090281f, 1.07686162f, 1.05683923f, 1.04344344f, 1, 1,
    ];

    // Reading the field runs the initializer of this class: loops that are compiled afterwards have the table's address as a constant.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Prepare() => ArgumentNullException.ThrowIfNull(Inverses);

    private static float* Build()
    {
        float* table = (float*)NativeMemory.AlignedAlloc(2 * Segments * sizeof(float), 64);
        for (int i = 0; i < Segments; i++)
        {
            table[i] = Chosen[i];
            table[Segments + i] = (float)(Math.Round(-Math.Log(table[i]) * Steps) / Steps);
        }

        return table;
    }
}
