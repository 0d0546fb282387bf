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
    internal PositionInsight(string name, Size2 outputSize, Tensor<T> gradients)
    {
        (Name, OutputSize, Gradients) = (name, outputSize, gradients);
        int entries = gradients.Shape.Count / Math.Max(1, outputSize.Area);
        double[] values = gradients.To<double>().ToArray(), sum = new double[entries];
        for (int i = 0; i < values.Length; i++) sum[i % entries] += values[i];
        double sumNorm = Vectors.Norm(sum);
        (Norms, CosinesToSum) = (new double[outputSize.Height, outputSize.Width], new double[outputSize.Height, outputSize.Width]);
        for (int p = 0; p < outputSize.Area; p++)
        {
            double[] own = values.AsSpan(p * entries, entries).ToArray();
            double norm = Vectors.Norm(own);
            Norms[p / outputSize.Width, p % outputSize.Width] = norm;
            CosinesToSum[p / outputSize.Width, p % outputSize.Width] = norm == 0 || sumNorm == 0 ? 0 : Math.Clamp(Vectors.Dot(own, sum) / (norm * sumNorm), -1, 1);
        }
    }

    /// <summary>The weight's name in the model.</summary>
    public string Name { get; }

    /// <summary>outH and outW.</summary>
    public Size2 OutputSize { get; }

    /// <summary>[outH·outW, Cout, Cin, kH, kW], positions row by row; over groups it has zeros. Summed over positions it is the gradient of the (ungrouped) filters.</summary>
    public Tensor<T> Gradients { get; }

    /// <summary>‖g_p‖₂ at every position: a heat map.</summary>
    public double[,] Norms { get; }

    /// <summary>Cosine between g_p and the sum at every position; 0 where either is zero.</summary>
    public double[,] CosinesToSum { get; }
}

/// <summary>Finds which positions drive the convolutions of a network.</summary>
public static class PositionInsight
{
    /// <summary>
    /// Runs the network with every <see cref="Conv2d{T}"/> of it given filters of its own at every position (the same values, so the same outputs), and differentiates the loss by them.
    /// The network itself, its gradients and ledgers are left alone.
    /// </summary>
    /// <param name="network">Its convolutions pad with zeros.</param>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="loss">A scalar of the network's output.</param>
    /// <returns>One a convolution, in the order of the network.</returns>
    /// <exception cref="NotSupportedException">A convolution pads with something else than zeros.</exception>
    /// <exception cref="ArgumentException">The network has no convolution.</exception>
    public static IReadOnlyList<PositionInsight<T>> Of<T>(Sequential<T> network, Tensor<T> input, Func<Tensor<T>, Tensor<T>> loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(loss);
        using UsageLedgerScope silent = UsageLedger.Off();
        var locals = new List<(string Name, Conv2d<T> Convolution, LocallyConnected2d<T> Local, Size2 Output)>();
        Tensor<T> output = Run(network.To<T>(), input, "", locals);
        if (locals.Count == 0) throw new ArgumentException($"PositionInsight.Of: the network has no Conv2d among its {network.Count} layers; positions are those of convolutions.", nameof(network));
        loss(output).Backward();
        return [.. locals.Select(one => new PositionInsight<T>(
            one.Name, one.Output,
            one.Local.Weight.Parameter.Gradient!.Detach().Reshape(
                [one.Output.Area, one.Convolution.OutputChannels, one.Convolution.InputChannels, one.Convolution.KernelSize.Height, one.Convolution.KernelSize.Width]).Copy().Keep()))];
    }

    private static Tensor<T> Run<T>(Sequential<T> network, Tensor<T> x, string path, List<(string, Conv2d<T>, LocallyConnected2d<T>, Size2)> locals)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < network.Count; i++)
        {
            string name = path.Length == 0 ? $"{i}" : $"{path}.{i}";
            if (network[i] is Conv2d<T> convolution)
            {
                LocallyConnected2d<T> local = convolution.ToLocallyConnected((x.Shape[2], x.Shape[3]));
                x = local.Forward(x);
                locals.Add(($"{name}.weight", convolution, local, (x.Shape[2], x.Shape[3])));
            }
            else
            {
                x = network[i] is Sequential<T> inner ? Run(inner, x, name, locals) : network[i].Forward(x);
            }
        }

        return x;
    }
}
