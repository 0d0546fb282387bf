using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// How the uses of one shared parameter pull at it: what each contributes to the gradient, where they agree and where they conflict. The measures are those of gradient surgery (Yu et
/// al. 2020, "Gradient surgery for multi-task learning", sections 2 and 3), between the uses of a weight instead of between tasks.
/// </summary>
public sealed class ParameterInsight
{
    private ParameterInsight(IReadOnlyList<string> names, Shape shape, IReadOnlyList<UsageInsight> usages, double[,] cosines, double sumNorm)
    {
        (Names, Shape, Usages, Cosines, SumNorm) = (names, shape, usages, cosines, sumNorm);
    }

    /// <summary>All names of the parameter, the canonical one first.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Shape of the free values.</summary>
    public Shape Shape { get; }

    /// <summary>What each use contributes.</summary>
    public IReadOnlyList<UsageInsight> Usages { get; }

    /// <summary>Cosines between the gradients of the uses, [uses, uses]; 0 where one of the gradients is zero.</summary>
    public double[,] Cosines { get; }

    /// <summary>‖Σ gᵢ‖₂, the gradient that the optimizer sees.</summary>
    public double SumNorm { get; }

    /// <summary>‖Σ gᵢ‖ / Σ ‖gᵢ‖: 1 when all uses pull the same way, 0 when they cancel; 1 for no gradient at all.</summary>
    public double Coherence => Usages.Sum(usage => usage.Norm) is > 0 and double total ? SumNorm / total : 1;

    /// <summary>Share of the pairs of uses whose gradients have a negative cosine; 0 for a single use.</summary>
    public double ConflictingShare => Pairs(cosine => cosine < 0 ? 1 : 0);

    /// <summary>Mean over pairs of 2‖a‖‖b‖ / (‖a‖² + ‖b‖²): 1 when all are as long, near 0 when one dominates; 1 for a single use.</summary>
    public double MagnitudeSimilarity
    {
        get
        {
            double sum = 0;
            int pairs = 0;
            for (int i = 0; i < Usages.Count; i++)
            {
                for (int j = 0; j < i; j++, pairs++)
                {
                    double a = Usages[i].Norm, b = Usages[j].Norm;
                    sum += a * a + b * b == 0 ? 1 : 2 * a * b / (a * a + b * b);
                }
            }

            return pairs == 0 ? 1 : sum / pairs;
        }
    }

    /// <summary>
    /// The effective number of independent uses: (tr G)² / ‖G‖² of the Gram matrix of the gradients, its participation ratio. 1 when all are multiples of one, n when n are
    /// orthogonal and as long; 0 for no gradient at all.
    /// </summary>
    public double EffectiveUsages
    {
        get
        {
            double trace = Usages.Sum(usage => usage.Norm * usage.Norm), square = 0;
            for (int i = 0; i < Usages.Count; i++)
            {
                for (int j = 0; j < Usages.Count; j++)
                {
                    double inner = (i == j ? 1 : Cosines[i, j]) * Usages[i].Norm * Usages[j].Norm;
                    square += inner * inner;
                }
            }

            return square == 0 ? 0 : trace * trace / square;
        }
    }

    /// <summary>Of a parameter whose contributions were tracked; null when none were.</summary>
    /// <param name="names">All names, the canonical one first.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="groupBy">Uses of one key count as one: by scope, say, for encoder and decoder. Null keeps every use apart.</param>
    public static ParameterInsight? Of<T>(IReadOnlyList<string> names, Parameter<T> parameter, Func<Usage<T>, string>? groupBy = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(parameter);
        Usage<T>[] tracked = [.. parameter.Ledger.Usages.Where(usage => usage.Gradient is not null)];
        if (tracked.Length == 0) return null;
        IGrouping<object, Usage<T>>[] groups = [.. tracked.GroupBy(usage => groupBy is null ? usage : (object)groupBy(usage))];
        using NoGrad inference = NoGrad.Begin();
        double[][] gradients = [.. groups.Select(group => group.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b).To<double>().ToArray())];
        return Of(names, parameter.Shape, gradients, (i, norm, share, cosine) =>
        {
            Usage<T> first = groups[i].First();
            return new UsageInsight(
                groupBy is null ? first.ToString() : (string)groups[i].Key, first.Weight.Name, first.Scope, groupBy is null ? first.Site : default,
                groups[i].Sum(usage => (long)usage.Positions), groups[i].Sum(usage => usage.Count), norm, share, cosine);
        });
    }

    /// <summary>Of the parts of a gradient, one a use, each a row of its entries.</summary>
    /// <param name="names">All names of what is shared.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="gradients">The parts.</param>
    /// <param name="describe">Makes a use's insight of its number, norm, share and cosine to the sum.</param>
    internal static ParameterInsight Of(IReadOnlyList<string> names, in Shape shape, double[][] gradients, Func<int, double, double, double, UsageInsight> describe)
    {
        double[] norms = [.. gradients.Select(Vectors.Norm)], sum = new double[shape.Count];
        foreach (double[] gradient in gradients)
        {
            for (int i = 0; i < sum.Length; i++) sum[i] += gradient[i];
        }

        double total = norms.Sum(), sumNorm = Vectors.Norm(sum);
        var cosines = new double[gradients.Length, gradients.Length];
        for (int i = 0; i < gradients.Length; i++)
        {
            for (int j = 0; j <= i; j++) cosines[i, j] = cosines[j, i] = Cosine(gradients[i], norms[i], gradients[j], norms[j]);
        }

        UsageInsight[] usages = [.. gradients.Select((gradient, i) => describe(i, norms[i], total == 0 ? 0 : norms[i] / total, Cosine(gradient, norms[i], sum, sumNorm)))];
        return new ParameterInsight(names, shape, usages, cosines, sumNorm);
    }

    /// <summary>The uses at sites of one kind in the order of their index: gradient norm and cosine to the sum by step, hop, depth or head.</summary>
    /// <param name="kind">For example "t" for the steps of a recurrent net, "hop", "depth", "head".</param>
    public IReadOnlyList<(int Index, double Norm, double CosineToSum)> Along(string kind) =>
        [.. Usages.Where(usage => usage.Site.Kind == kind).OrderBy(usage => usage.Site.Index).Select(usage => (usage.Site.Index, usage.Norm, usage.CosineToSum))];

    private static double Cosine(double[] a, double normA, double[] b, double normB) => normA == 0 || normB == 0 ? 0 : Math.Clamp(Vectors.Dot(a, b) / (normA * normB), -1, 1);

    private double Pairs(Func<double, double> measure)
    {
        int count = Usages.Count, pairs = count * (count - 1) / 2;
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < i; j++) sum += measure(Cosines[i, j]);
        }

        return pairs == 0 ? 0 : sum / pairs;
    }
}

/// <summary>What one use, or one group of uses, contributes to a parameter's gradient.</summary>
/// <param name="Name">As in the ledger, or the group's key.</param>
/// <param name="WeightName">The handle's full name.</param>
/// <param name="Scope">The names of the scopes around the use; of the first of a group.</param>
/// <param name="Site">Step, hop, depth or head; none for a group.</param>
/// <param name="Positions">Places that it covers.</param>
/// <param name="Count">How often it was used.</param>
/// <param name="Norm">‖gᵢ‖₂.</param>
/// <param name="Share">‖gᵢ‖ / Σⱼ‖gⱼ‖.</param>
/// <param name="CosineToSum">Cosine between gᵢ and Σⱼ gⱼ; 0 where either is zero.</param>
public sealed record UsageInsight(
    string Name, string WeightName, string Scope, Site Site, long Positions, long Count, double Norm, double Share, double CosineToSum);
