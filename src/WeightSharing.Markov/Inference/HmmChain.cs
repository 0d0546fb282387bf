using WeightSharing.Markov.Kernels;

namespace WeightSharing.Markov;

/// <summary>
/// A model's numbers as the recursions need them: the emitting states alone, with every path through silent states folded into the transitions between
/// them, A′ = A_EE + A_ES·(I − A_SS)⁻¹·A_SE. Padded and transposed copies for the kernels.
/// </summary>
internal sealed class HmmChain
{
    private readonly int[] silent;              // numbers of the silent states, in their order
    private readonly double[,] reach;           // (I − A_SS)⁻¹
    private readonly double[,] enter;           // (I − A_SS)⁻¹·A_SE
    private readonly double[,] fromEmitting;    // A_ES·(I − A_SS)⁻¹
    private readonly double[] fromStart;        // start_S·(I − A_SS)⁻¹
    private readonly double[] toEnd;            // (I − A_SS)⁻¹·e_final

    public HmmChain(double[] start, double[] transition, bool[] isSilent, int finalState)
    {
        (FullStart, FullTransition, FullCount, FinalState) = (start, transition, start.Length, finalState);
        Emitting = [.. Enumerable.Range(0, FullCount).Where(s => !isSilent[s])];
        silent = [.. Enumerable.Range(0, FullCount).Where(s => isSilent[s])];
        States = Emitting.Length;
        Stride = MatrixVector.Stride(States);
        CheckOrder();

        int hidden = silent.Length;
        reach = Reach();
        enter = new double[hidden, States];
        fromEmitting = new double[States, hidden];
        fromStart = new double[hidden];
        toEnd = new double[hidden];
        int final = finalState < 0 ? -1 : Array.IndexOf(silent, finalState);
        for (int k = 0; k < hidden; k++)
        {
            toEnd[k] = final < 0 ? 0 : reach[k, final];
            for (int l = 0; l < hidden; l++)
            {
                fromStart[k] += start[silent[l]] * reach[l, k];
                for (int j = 0; j < States; j++) enter[k, j] += reach[k, l] * A(silent[l], Emitting[j]);
                for (int i = 0; i < States; i++) fromEmitting[i, k] += A(Emitting[i], silent[l]) * reach[l, k];
            }
        }

        Start = new double[Stride];
        End = new double[Stride];
        Transition = new double[Math.Max(1, States) * Stride];
        Transposed = new double[Math.Max(1, States) * Stride];
        for (int i = 0; i < States; i++)
        {
            Start[i] = start[Emitting[i]];
            End[i] = finalState < 0 ? 1 : 0;
            for (int k = 0; k < hidden; k++)
            {
                Start[i] += start[silent[k]] * enter[k, i];
                End[i] += A(Emitting[i], silent[k]) * toEnd[k];
            }

            for (int j = 0; j < States; j++)
            {
                double value = A(Emitting[i], Emitting[j]);
                for (int k = 0; k < hidden; k++) value += A(Emitting[i], silent[k]) * enter[k, j];
                Transition[i * Stride + j] = Transposed[j * Stride + i] = value;
            }
        }

        (AlignedTransition, AlignedTransposed) = (new AlignedArray(Transition), new AlignedArray(Transposed));
        Empty = finalState < 0 ? 1 : Enumerable.Range(0, hidden).Sum(k => start[silent[k]] * toEnd[k]);
    }

    /// <summary>All states.</summary>
    public int FullCount { get; }

    public double[] FullStart { get; }

    public double[] FullTransition { get; }

    /// <summary>The silent state in which a sequence must end, or −1.</summary>
    public int FinalState { get; }

    /// <summary>Emitting states.</summary>
    public int States { get; }

    public int Stride { get; }

    /// <summary>The model's number of each emitting state.</summary>
    public int[] Emitting { get; }

    public ReadOnlySpan<int> Silent => silent;

    public double[] Start { get; }

    public double[] Transition { get; }

    public double[] Transposed { get; }

    /// <summary>A, where the kernels like it.</summary>
    public AlignedArray AlignedTransition { get; }

    /// <summary>Aᵀ, where the kernels like it.</summary>
    public AlignedArray AlignedTransposed { get; }

    /// <summary>The weight of ending in each state; all 1 without a final state.</summary>
    public double[] End { get; }

    /// <summary>The probability of the empty sequence.</summary>
    public double Empty { get; }

    public double A(int from, int to) => FullTransition[from * FullCount + to];

    /// <summary>
    /// ∂ ln P/∂A and ∂ ln P/∂start of the whole model from those of the folded chain, which the sweeps gather: multiplied by the probabilities
    /// themselves they are the expected counts.
    /// </summary>
    public void Unfold(ReadOnlySpan<double> startWeights, ReadOnlySpan<double> weights, ReadOnlySpan<double> endWeights, double emptyWeight, Span<double> start, Span<double> transition)
    {
        int hidden = silent.Length;
        for (int i = 0; i < States; i++)
        {
            start[Emitting[i]] += startWeights[i];
            for (int j = 0; j < States; j++) transition[Emitting[i] * FullCount + Emitting[j]] += weights[i * Stride + j];
        }

        for (int k = 0; k < hidden; k++)
        {
            // What lies behind silent state k: an emitting state or the end.
            double behindStart = emptyWeight * toEnd[k];
            for (int j = 0; j < States; j++) behindStart += startWeights[j] * enter[k, j];
            start[silent[k]] += behindStart;
            for (int i = 0; i < States; i++)
            {
                double behind = FinalState < 0 ? 0 : endWeights[i] * toEnd[k];
                for (int j = 0; j < States; j++) behind += weights[i * Stride + j] * enter[k, j];
                transition[Emitting[i] * FullCount + silent[k]] += behind;
                for (int l = 0; l < hidden; l++) transition[silent[l] * FullCount + silent[k]] += fromEmitting[i, l] * behind;
            }

            for (int l = 0; l < hidden; l++) transition[silent[l] * FullCount + silent[k]] += fromStart[l] * behindStart;
            for (int j = 0; j < States; j++)
            {
                double before = startWeights[j] * fromStart[k];
                for (int i = 0; i < States; i++) before += weights[i * Stride + j] * fromEmitting[i, k];
                transition[silent[k] * FullCount + Emitting[j]] += before;
            }
        }
    }

    private double[,] Reach()
    {
        int hidden = silent.Length;
        var result = new double[hidden, hidden];
        for (int k = hidden - 1; k >= 0; k--)
        {
            result[k, k] = 1;
            for (int l = k + 1; l < hidden; l++)
            {
                double step = A(silent[k], silent[l]);
                for (int m = l; step != 0 && m < hidden; m++) result[k, m] += step * result[l, m];
            }
        }

        return result;
    }

    private void CheckOrder()
    {
        for (int k = 0; k < silent.Length; k++)
        {
            for (int l = 0; l <= k; l++)
            {
                if (A(silent[k], silent[l]) != 0)
                {
                    throw new InvalidOperationException(
                        $"HiddenMarkovModel: silent state {silent[k]} leads to silent state {silent[l]}; silent states lead only to later ones: number them so, and tie the others to zero.");
                }
            }
        }

        if (FinalState < 0) return;
        for (int s = 0; s < FullCount; s++)
        {
            if (A(FinalState, s) != 0) throw new InvalidOperationException($"HiddenMarkovModel: the final state {FinalState} leads to state {s}; nothing follows the final state.");
        }
    }
}
