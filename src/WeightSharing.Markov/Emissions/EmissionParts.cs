using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Markov;

/// <summary>What the emissions of this library have in common.</summary>
internal static class EmissionParts
{
    /// <summary>The site of a state's use of a parameter.</summary>
    public static Site State(int state) => new("state", state);

    /// <summary>A weight [states, block..] whose rows are used state by state, so that the ledger can tell the states' parts of the gradient.</summary>
    /// <param name="weight">Its first dimension counts the states.</param>
    /// <param name="firstState">The number of the first.</param>
    public static Tensor<double> UseByState(Weight<double> weight, int firstState = 0)
    {
        // All states at once is one use of the whole weight, unless somebody asks what each of them contributes.
        if (!UsageLedger.IsTracking) return weight.Use();
        return Tensor.Concat<double>([.. Enumerable.Range(0, weight.Shape[0]).Select(s => weight.Use(State(firstState + s)).Slice(0, s, s + 1))], 0);
    }

    /// <summary>ln p where p is positive; −∞ without any gradient where it is zero, as zeros stay zero in training.</summary>
    public static Tensor<double> LogOrForbidden(Tensor<double> p)
    {
        Tensor<bool> positive = p.Detach().Greater(0.0);
        Tensor<double> safe = Tensor.Where(positive, p, Tensor.Scalar(1.0)).Log();
        return Tensor.Where(positive, safe, Tensor.Scalar(double.NegativeInfinity));
    }

    /// <summary>Copies of all parameters' free values.</summary>
    public static object Snapshot(Module<double> module) => module.Parameters.Select(parameter => parameter.Value.ToArray()).ToArray();

    /// <summary>Puts the values of a snapshot back.</summary>
    public static void Restore(Module<double> module, object snapshot)
    {
        foreach ((Parameter<double> parameter, double[] values) in module.Parameters.Zip((double[][])snapshot)) parameter.Set(Tensor.Wrap(values, parameter.Shape));
    }

    /// <summary>A copy of a module that computes in double precision only.</summary>
    public static Module<TOther> Copy<TOther>(string name, ModuleCopier<double, TOther> copier, Func<ModuleCopier<double, double>, Module<double>> copy)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> => copier is ModuleCopier<double, double> same
        ? (Module<TOther>)(object)copy(same)
        : throw new NotSupportedException($"Copy: {name} computes in double precision only; To<double>() copies it, To<{typeof(TOther).Name}>() is not possible.");

    /// <summary>A weight of the emission's own, with first values set, or the one given.</summary>
    public static Weight<double> Weight(string layer, Shape shape, Weight<double>? shared, Tying? tying, Func<int, double> first)
    {
        Weight<double> weight = WeightSource.For(layer, shape, new Fan(1, 1), shared, tying, Initializer.Zeros);
        if (!weight.Parameter.IsInitialized)
        {
            weight.Parameter.Set(Tensor.Zeros<double>(weight.Parameter.Shape));
            weight.SetFull(Tensor.Wrap([.. Enumerable.Range(0, shape.Count).Select(first)], shape));
        }

        return weight;
    }

    /// <summary>Every distinct observation of all sequences, or a sample of them.</summary>
    public static TObservation[] Sample<TObservation>(IReadOnlyList<TObservation[]> sequences, int count, RandomKey key)
    {
        long total = sequences.Sum(sequence => (long)sequence.Length);
        if (total == 0) return [];
        var chosen = new TObservation[count];
        for (int i = 0; i < count; i++)
        {
            long at = (long)(key.Uniform((ulong)i) * total);
            int sequence = 0;
            while (at >= sequences[sequence].Length) at -= sequences[sequence++].Length;
            chosen[i] = sequences[sequence][at];
        }

        return chosen;
    }

    /// <summary>The index drawn by a uniform number from weights that sum to about one.</summary>
    public static int Draw(ReadOnlySpan<double> weights, double uniform)
    {
        double total = 0;
        foreach (double weight in weights) total += weight;
        double left = uniform * total;
        int last = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0) continue;
            last = i;
            left -= weights[i];
            if (left < 0) return i;
        }

        return last;
    }
}
