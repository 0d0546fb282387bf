using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>What a solver needs to know of dy/dt = f(t, y), where y is several tensors together.</summary>
/// <param name="derivative">f.</param>
internal sealed class OdeProblem<T>(Func<double, Tensor<T>[], Tensor<T>[]> derivative)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Tensor<T>[] Derivative(double t, Tensor<T>[] y) => derivative(t, y);

    /// <summary>One step, whose uses of parameters are noted under its number. Where nothing is recorded, its intermediate buffers are handed back.</summary>
    public static Tensor<T>[] Step(int number, Func<Tensor<T>[]> step)
    {
        using UsageScope site = UsageScope.Enter(Site.Depth(number));
        if (!NoGrad.IsActive) return step();
        using TensorScope scope = TensorScope.Begin();
        Tensor<T>[] result = step();
        foreach (Tensor<T> tensor in result) tensor.Keep();
        return result;
    }

    /// <summary>k_i = f(t + c_i·h, y + h·Σ_j a_ij·k_j), the first at t itself unless it is known already.</summary>
    public Tensor<T>[][] Stages(double t, double h, Tensor<T>[] y, double[][] a, Tensor<T>[]? first = null)
    {
        var k = new Tensor<T>[a.Length + 1][];
        k[0] = first ?? Derivative(t, y);
        for (int i = 0; i < a.Length; i++) k[i + 1] = Derivative(t + a[i].Sum() * h, Combined(y, h, a[i], k));
        return k;
    }

    /// <summary>y + h·Σ_j w_j·k_j.</summary>
    public static Tensor<T>[] Combined(Tensor<T>[] y, double h, double[] weights, Tensor<T>[][] k)
    {
        var sum = new Tensor<T>[y.Length];
        for (int part = 0; part < y.Length; part++) sum[part] = y[part] + Weighted(h, weights, k, part);
        return sum;
    }

    /// <summary>h·Σ_j w_j·k_j of one part of the state.</summary>
    public static Tensor<T> Weighted(double h, double[] weights, Tensor<T>[][] k, int part)
    {
        Tensor<T>? sum = null;
        for (int j = 0; j < weights.Length; j++)
        {
            if (weights[j] == 0) continue;
            Tensor<T> term = k[j][part] * T.CreateChecked(h * weights[j]);
            sum = sum is null ? term : sum + term;
        }

        return sum!;
    }
}
