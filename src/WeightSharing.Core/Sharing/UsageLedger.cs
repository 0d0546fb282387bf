using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Tensors;

namespace WeightSharing.Sharing;

/// <summary>Switches for the recording of uses, each for the calling thread.</summary>
public static class UsageLedger
{
    /// <summary>True while each use's share of the gradient is kept: what is used in several places at once then uses it place by place.</summary>
    public static bool IsTracking => SharingAmbient.Current.Tracking;

    /// <summary>Stops noting uses until disposed.</summary>
    public static UsageLedgerScope Off() => new(SharingAmbient.Current, off: true, tracking: false);

    /// <summary>
    /// Until disposed, keeps for each use its own share of the gradient. The shares add up to the parameter's gradient; they are zeroed with it.
    /// </summary>
    public static UsageLedgerScope TrackContributions() => new(SharingAmbient.Current, off: false, tracking: true);
}

/// <summary>Restores, when disposed, how uses were noted before.</summary>
public readonly struct UsageLedgerScope : IDisposable
{
    private readonly SharingAmbient ambient;
    private readonly bool off, tracking;

    internal UsageLedgerScope(SharingAmbient ambient, bool off, bool tracking)
    {
        this.ambient = ambient;
        (this.off, this.tracking) = (ambient.Off, ambient.Tracking);
        (ambient.Off, ambient.Tracking) = (off, tracking);
    }

    /// <summary>Notes uses as before.</summary>
    public void Dispose()
    {
        if (ambient is not null) (ambient.Off, ambient.Tracking) = (off, tracking);
    }
}

/// <summary>Every use of one parameter, and on request what each contributed to its gradient.</summary>
/// <typeparam name="T">Element type of the parameter.</typeparam>
/// <remarks>Keyed by handle, scope, site and positions, so it does not grow with the number of steps. Safe for use from many threads.</remarks>
public sealed class UsageLedger<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<UsageKey<T>, Usage<T>> usages = [];
    private readonly List<Usage<T>> order = [];
    private readonly Lock gate = new();

    internal UsageLedger()
    {
    }

    /// <summary>The usages in the order in which they first occurred.</summary>
    public IReadOnlyList<Usage<T>> Usages
    {
        get
        {
            lock (gate) return [.. order];
        }
    }

    /// <summary>Forgets all usages.</summary>
    public void Clear()
    {
        lock (gate)
        {
            usages.Clear();
            order.Clear();
        }
    }

    /// <summary>
    /// What each usage with a tracked gradient contributed, in the order of <see cref="Usages"/>; empty when nothing was tracked.
    /// </summary>
    public IReadOnlyList<UsageContribution<T>> Contributions()
    {
        Usage<T>[] tracked = [.. Usages.Where(usage => usage.Gradient is not null)];
        if (tracked.Length == 0) return [];
        double[] norms = [.. tracked.Select(usage => Norm(usage.Gradient!))];
        double total = norms.Sum();
        Tensor<T> sum = Total(tracked);
        double sumNorm = Norm(sum);
        return [.. tracked.Select((usage, i) => new UsageContribution<T>(
            usage, norms[i], total == 0 ? 0 : norms[i] / total, Cosine(usage.Gradient!, norms[i], sum, sumNorm)))];
    }

    /// <summary>
    /// Cosines between the gradients of the usages of <see cref="Contributions"/>, a symmetric matrix; 0 where one of the gradients is zero.
    /// </summary>
    public double[,] CosineMatrix()
    {
        Tensor<T>[] gradients = [.. Usages.Where(usage => usage.Gradient is not null).Select(usage => usage.Gradient!)];
        double[] norms = [.. gradients.Select(Norm)];
        var cosines = new double[gradients.Length, gradients.Length];
        for (int i = 0; i < gradients.Length; i++)
        {
            for (int j = 0; j <= i; j++) cosines[i, j] = cosines[j, i] = Cosine(gradients[i], norms[i], gradients[j], norms[j]);
        }

        return cosines;
    }

    internal Usage<T> Note(in UsageKey<T> key)
    {
        lock (gate)
        {
            Usage<T> usage = Entry(key);
            usage.Count++;
            return usage;
        }
    }

    /// <summary>Takes over how another ledger's uses are named, with counts of zero; those of handles without a twin are left out.</summary>
    internal void TakeNames<TOther>(UsageLedger<TOther> source, Func<Weight<TOther>, Weight<T>?> twin)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        foreach (Usage<TOther> usage in source.Usages)
        {
            if (twin(usage.Weight) is not { } weight) continue;
            lock (gate) Entry(new UsageKey<T>(weight, usage.Key.Path, usage.Site, usage.Positions));
        }
    }

    internal void Contribute(Usage<T> usage, Tensor<T> gradient)
    {
        lock (gate)
        {
            Add(usage, gradient);
        }
    }

    /// <summary>The contributions of uses over steps, [steps, ..]: one after the other in one buffer where they are the first.</summary>
    internal void Contribute(Usage<T>[] overSteps, Tensor<T> gradients)
    {
        lock (gate)
        {
            if (Array.TrueForAll(overSteps, usage => usage.Gradient is null))
            {
                if (overSteps[0].Steps is not { } kept || kept.Block.Shape != gradients.Shape) overSteps[0].Steps = kept = new StepGradients<T>(gradients.Shape);
                kept.Block.CopyFrom(gradients);
                for (int t = 0; t < overSteps.Length; t++) overSteps[t].Gradient = kept.Rows[t];
            }
            else
            {
                using NoGrad plain = NoGrad.Begin();
                for (int t = 0; t < overSteps.Length; t++) Add(overSteps[t], gradients.Select(0, t));
            }
        }
    }

    internal void ZeroContributions()
    {
        lock (gate)
        {
            // While uses are tracked the buffers serve again, as that of the gradient does; else they go.
            bool keeps = UsageLedger.IsTracking;
            foreach (Usage<T> usage in order)
            {
                usage.Spare = keeps ? usage.Gradient ?? usage.Spare : null;
                usage.Gradient = null;
                if (!keeps) usage.Steps = null;
            }
        }
    }

    private static void Add(Usage<T> usage, Tensor<T> gradient)
    {
        if (usage.Gradient is not null)
        {
            Pointwise.AddInPlace(usage.Gradient, gradient);
            return;
        }

        usage.Gradient = usage.Spare ?? Tensor<T>.Persistent(gradient.Shape, "usage gradient");
        usage.Spare = null;
        usage.Gradient.CopyFrom(gradient);
    }

    private Usage<T> Entry(in UsageKey<T> key)
    {
        if (!usages.TryGetValue(key, out Usage<T>? usage))
        {
            usages[key] = usage = new Usage<T>(key);
            order.Add(usage);
        }

        return usage;
    }

    private static Tensor<T> Total(Usage<T>[] tracked)
    {
        Tensor<T> sum = Tensor<T>.Persistent(tracked[0].Gradient!.Shape, "usage gradients");
        foreach (Usage<T> usage in tracked) Pointwise.AddInPlace(sum, usage.Gradient!);
        return sum;
    }

    private static double Norm(Tensor<T> x) => Math.Sqrt(double.CreateChecked(Reduction.SumOfSquares(x.DenseSpan())));

    private static double Cosine(Tensor<T> a, double normA, Tensor<T> b, double normB) => normA == 0 || normB == 0
        ? 0
        : Math.Clamp(double.CreateChecked(Reduction.Dot(a.DenseSpan(), b.DenseSpan())) / (normA * normB), -1, 1);
}

/// <summary>What one usage contributed to a parameter's gradient.</summary>
/// <typeparam name="T">Element type of the parameter.</typeparam>
/// <param name="Usage">The usage; its <see cref="Usage{T}.Gradient"/> is the contribution itself.</param>
/// <param name="Norm">‖gᵢ‖₂.</param>
/// <param name="Share">‖gᵢ‖ / Σⱼ‖gⱼ‖, from 0 to 1.</param>
/// <param name="CosineToSum">Cosine between gᵢ and Σⱼ gⱼ; 0 where either is zero.</param>
public sealed record UsageContribution<T>(Usage<T> Usage, double Norm, double Share, double CosineToSum)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
