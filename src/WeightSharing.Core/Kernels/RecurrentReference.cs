using System.Numerics;

namespace WeightSharing.Kernels;

/// <summary>A recurrence by plain loops, one unit at a time: the definition that the variants are tested against.</summary>
internal static unsafe class RecurrentReference<T, TCell>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TCell : struct, IRecurrentCell
{
    public static void Forward(in RecurrentProblem<T> p)
    {
        int hidden = p.Hidden, rows = TCell.Gates * hidden;
        T* product = stackalloc T[TCell.Gates];
        for (int s = 0; s < p.Steps; s++)
        {
            int t = p.Time(s);
            T* weight = p.OwnWeights ? p.Weight + (nint)t * rows * hidden : p.Weight;
            for (int n = 0; n < p.Batch; n++)
            {
                for (int j = 0; j < hidden; j++)
                {
                    T* before = p.Before(s) + (nint)n * hidden;
                    for (int g = 0; g < TCell.Gates; g++)
                    {
                        product[g] = T.Zero;
                        for (int k = 0; k < hidden; k++) product[g] += weight[((nint)g * hidden + j) * hidden + k] * before[k];
                    }

                    RecurrentUnits<T> units = Units(p, s, t, n, j, product);
                    if (!p.Rests(n, t)) TCell.Forward<T, T, ScalarLanes<T>>(units);
                    else Rest(units);
                }
            }
        }
    }

    public static void Backward(in RecurrentProblem<T> p)
    {
        int hidden = p.Hidden;
        using Scratch<T> carry = Scratch<T>.Rent((long)p.Batch * hidden);
        new Span<T>(carry.Pointer, p.Batch * hidden).Clear();
        T product;
        for (int s = p.Steps - 1; s >= 0; s--)
        {
            int t = p.Time(s);
            for (int n = 0; n < p.Batch; n++)
            {
                for (int j = 0; j < hidden; j++)
                {
                    product = s == p.Steps - 1 ? T.Zero : Back(p, s + 1, n, j);
                    RecurrentUnits<T> units = Units(p, s, t, n, j, &product);
                    units.Carry = carry.Pointer + (nint)n * hidden + j;
                    units.StateGradient = p.At(p.StateGradient, t) + (nint)n * hidden + j;
                    if (TCell.MemoryIsState) units.MemoryCarry = p.MemoryGradient + (nint)n * hidden + j;
                    if (!p.Rests(n, t)) TCell.Backward<T, T, ScalarLanes<T>>(units);
                    else RestBack(units);
                }
            }
        }

        for (int n = 0; n < p.Batch; n++)
        {
            for (int j = 0; j < hidden; j++)
            {
                nint at = (nint)n * hidden + j;
                p.InitialGradient[at] = carry.Pointer[at] + (p.Steps == 0 ? T.Zero : Back(p, 0, n, j));
            }
        }
    }

    /// <summary>The units of a sequence at a step, without what only the backward pass has.</summary>
    private static RecurrentUnits<T> Units(in RecurrentProblem<T> p, int s, int t, int n, int j, T* product)
    {
        nint at = (nint)n * p.Hidden + j;
        bool hasMemory = TCell.MemoryIsState || TCell.LastGateIsApart;
        return new RecurrentUnits<T>
        {
            Rows = 1,
            Product = product,
            ProductStride = 1,
            Gates = p.Gates + (((nint)t * p.Batch + n) * TCell.Gates) * p.Hidden + j,
            GateStride = p.Hidden,
            Before = p.Before(s) + at,
            State = p.At(p.States, t) + at,
            MemoryBefore = TCell.MemoryIsState ? p.MemoryBefore(s) + at : null,
            Memory = hasMemory ? p.At(p.Memory, t) + at : null,
            Bias = p.Bias == null ? null : p.Bias + (p.OwnWeights ? (nint)t * p.Hidden : 0) + j,
        };
    }

    /// <summary>Σ over the gates of step s and their units of gradient times weight.</summary>
    private static T Back(in RecurrentProblem<T> p, int s, int n, int j)
    {
        int hidden = p.Hidden, rows = TCell.Gates * hidden, t = p.Time(s);
        T* weight = (p.OwnWeights ? p.Weight + (nint)t * rows * hidden : p.Weight) + j;
        T* gates = p.Gates + ((nint)t * p.Batch + n) * rows;
        T sum = T.Zero;
        for (int k = 0; k < rows; k++)
        {
            bool apart = TCell.LastGateIsApart && k >= rows - hidden;
            sum += (apart ? p.At(p.Memory, t)[(nint)n * hidden + k - (rows - hidden)] : gates[k]) * weight[(nint)k * hidden];
        }

        return sum;
    }

    private static void Rest(in RecurrentUnits<T> u)
    {
        *u.State = *u.Before;
        if (TCell.MemoryIsState) *u.Memory = *u.MemoryBefore;
        else if (TCell.LastGateIsApart) *u.Memory = T.Zero;
    }

    private static void RestBack(in RecurrentUnits<T> u)
    {
        *u.Carry = *u.StateGradient + *u.Carry + *u.Product;
        for (int g = 0; g < TCell.Gates; g++) u.Gates[g * u.GateStride] = T.Zero;
        if (TCell.LastGateIsApart) *u.Memory = T.Zero;
    }
}
