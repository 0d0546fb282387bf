using System.Globalization;
using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Analysis;

/// <summary>
/// Which places of an image drive a convolution's filters: the gradient that every position would have if it had filters of its own. Their sum is the filters' gradient.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class PositionInsight<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[][] parts;

    internal PositionInsight(string name, Size2 outputSize, Tensor<T> gradients)
    {
        (Name, OutputSize, Gradients) = (name, outputSize, gradients);
        int entries = gradients.Shape.Count / Math.Max(1, outputSize.Area);
        parts = [.. gradients.To<double>().ToArray().Chunk(entries)];
        var sum = new double[entries];
        foreach (double[] part in parts)
        {
            for (int i = 0; i < entries; i++) sum[i] += part[i];
        }

        double sumNorm = Vectors.Norm(sum);
        (Norms, CosinesToSum) = (new double[outputSize.Height, outputSize.Width], new double[outputSize.Height, outputSize.Width]);
        for (int p = 0; p < outputSize.Area; p++)
        {
            double norm = Vectors.Norm(parts[p]);
            Norms[p / outputSize.Width, p % outputSize.Width] = norm;
            CosinesToSum[p / outputSize.Width, p % outputSize.Width] = norm == 0 || sumNorm == 0 ? 0 : Math.Clamp(Vectors.Dot(parts[p], sum) / (norm * sumNorm), -1, 1);
        }
    }

    /// <summary>The weight's name in the model.</summary>
    public string Name { get; }

    /// <summary>outH and outW; height 1 for a convolution of sequences.</summary>
    public Size2 OutputSize { get; }

    /// <summary>[outH·outW, Cout, Cin, kH, kW], positions row by row; over groups it has zeros. Summed over positions it is the gradient of the (ungrouped) filters.</summary>
    public Tensor<T> Gradients { get; }

    /// <summary>‖g_p‖₂ at every position: a heat map.</summary>
    public double[,] Norms { get; }

    /// <summary>Cosine between g_p and the sum at every position; 0 where either is zero.</summary>
    public double[,] CosinesToSum { get; }

    /// <summary>
    /// The positions as uses of the filters, at sites "p" row by row, with all measures of uses: coherence, conflicting pairs, the effective number of positions. Compares every position
    /// with every other, O(positions²·weights).
    /// </summary>
    public ParameterInsight ToUses() => ParameterInsight.Of([Name], Gradients.Shape.Slice(1, Gradients.Rank), parts, (p, norm, share, cosine) => new UsageInsight(
        string.Create(CultureInfo.InvariantCulture, $"{Name} at ({p / OutputSize.Width}, {p % OutputSize.Width})"), Name, "", new Site("p", p), 1, 1, norm, share, cosine));
}

/// <summary>Finds which positions drive the convolutions of a network.</summary>
public static class PositionInsight
{
    /// <summary>
    /// Runs the network with every <see cref="Conv2d{T}"/> and <see cref="Conv1d{T}"/> of it given filters of its own at every position (the same values, so the same outputs), and
    /// differentiates the loss by them. The network itself, its gradients and ledgers are left alone.
    /// </summary>
    /// <param name="network">Its convolutions lie in it or in sequences in it.</param>
    /// <param name="input">[N, C, H, W], or [N, C, L].</param>
    /// <param name="loss">A scalar of the network's output.</param>
    /// <returns>One a convolution, in the order of the network.</returns>
    /// <exception cref="ArgumentException">The network has no convolution.</exception>
    public static IReadOnlyList<PositionInsight<T>> Of<T>(Sequential<T> network, Tensor<T> input, Func<Tensor<T>, Tensor<T>> loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(loss);
        using UsageLedgerScope silent = UsageLedger.Off();
        var found = new List<Unshared<T>>();
        Tensor<T> output = Run(network.To<T>(), input, "", found);
        if (found.Count == 0)
        {
            throw new ArgumentException(
                $"PositionInsight.Of: the network has no Conv2d or Conv1d among its {network.Count} layers; positions are those of convolutions. For one inside a model of your own, give the convolution, its input and the rest of the model.",
                nameof(network));
        }

        loss(output).Backward();
        return [.. found.Select(one => one.Insight())];
    }

    /// <summary>The same for one convolution, wherever it stands: a model of any kind is what comes before it, the convolution, and what comes after.</summary>
    /// <param name="convolution">The convolution; it, its gradient and its ledger are left alone.</param>
    /// <param name="input">What it is given, [N, Cin, H, W].</param>
    /// <param name="loss">The rest of the model and the loss: a scalar of the convolution's output.</param>
    public static PositionInsight<T> Of<T>(Conv2d<T> convolution, Tensor<T> input, Func<Tensor<T>, Tensor<T>> loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(convolution);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(loss);
        string name = convolution.Weight.Name;
        using UsageLedgerScope silent = UsageLedger.Off();
        var found = new List<Unshared<T>>();
        loss(Apply(convolution.Clone(), input, name, found)).Backward();
        return found[0].Insight();
    }

    private static Tensor<T> Run<T>(Sequential<T> network, Tensor<T> x, string path, List<Unshared<T>> found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < network.Count; i++)
        {
            string name = path.Length == 0 ? $"{i}" : $"{path}.{i}";
            x = network[i] switch
            {
                Conv2d<T> convolution => Apply(convolution, x, $"{name}.weight", found),
                Conv1d<T> convolution => Apply(convolution, x, $"{name}.weight", found),
                Sequential<T> inner => Run(inner, x, name, found),
                Layer<T> other => other.Forward(x),
            };
        }

        return x;
    }

    // y = local(padded x) + b, the bias as it is: what is asked for are the filters.
    private static Tensor<T> Apply<T>(Conv2d<T> convolution, Tensor<T> x, string name, List<Unshared<T>> found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Padding2d around = convolution.Padding;
        if (!PadsWithZeros(convolution.PaddingMode, convolution.PaddingValue))
        {
            x = x.Pad([(0, 0), (0, 0), (around.Top, around.Bottom), (around.Left, around.Right)], convolution.PaddingMode, T.CreateChecked(convolution.PaddingValue));
            around = default;
        }

        LocallyConnected2d<T> local = new Conv2d<T>(
            convolution.InputChannels, convolution.OutputChannels, convolution.KernelSize, convolution.Stride, around, convolution.Dilation, convolution.Groups, bias: false,
            weight: convolution.Weight).ToLocallyConnected((x.Shape[2], x.Shape[3]));
        found.Add(new Unshared<T>(name, local.OutputSize, local.Weight.Parameter, [convolution.OutputChannels, convolution.InputChannels, convolution.KernelSize.Height, convolution.KernelSize.Width]));
        Tensor<T> y = local.Forward(x);
        if (convolution.Bias is not { } bias) return y;
        return y + (convolution.HasBiasPerPosition ? bias.Value : bias.Value.Reshape([bias.Shape[0], 1, 1]));
    }

    private static Tensor<T> Apply<T>(Conv1d<T> convolution, Tensor<T> x, string name, List<Unshared<T>> found)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Padding1d around = convolution.Padding;
        if (!PadsWithZeros(convolution.PaddingMode, convolution.PaddingValue))
        {
            x = x.Pad([(0, 0), (0, 0), (around.Left, around.Right)], convolution.PaddingMode, T.CreateChecked(convolution.PaddingValue));
            around = default;
        }

        LocallyConnected1d<T> local = new Conv1d<T>(
            convolution.InputChannels, convolution.OutputChannels, convolution.KernelSize, convolution.Stride, around, convolution.Dilation, convolution.Groups, bias: false,
            weight: convolution.Weight).ToLocallyConnected(x.Shape[2]);
        found.Add(new Unshared<T>(name, (1, local.Weight.Shape[0]), local.Weight.Parameter, [convolution.OutputChannels, convolution.InputChannels, 1, convolution.KernelSize]));
        Tensor<T> y = local.Forward(x);
        if (convolution.Bias is not { } bias) return y;
        return y + (convolution.HasBiasPerPosition ? bias.Value : bias.Value.Reshape([bias.Shape[0], 1]));
    }

    private static bool PadsWithZeros(PaddingMode mode, double value) => mode == PaddingMode.Constant && value == 0;

    private sealed record Unshared<T>(string Name, Size2 Output, Parameter<T> Weight, Shape Filters)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public PositionInsight<T> Insight() => new(Name, Output, Weight.Gradient!.Detach().Reshape(Filters.Insert(0, Output.Area)).Copy().Keep());
    }
}
