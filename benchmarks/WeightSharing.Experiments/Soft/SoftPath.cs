using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Experiments.Soft;

/// <summary>
/// Least squares with a softly tied weight, ½‖X·w − y‖² + λ‖w − Proj w‖², solved exactly for each λ: how far the solution is from that of the tied weight.
/// </summary>
internal sealed class SoftPath
{
    private readonly double[,] hessian, away;
    private readonly double[] right, hard;

    /// <summary>A random problem of as many examples as weights, four times over.</summary>
    public SoftPath(Tying tying, RandomKey key)
    {
        int n = tying.FullShape.Count, examples = 4 * n;
        Tensor<double> x = Tensor.Normal<double>([examples, n], key.Fork("inputs")), y = Tensor.Normal<double>([examples, 1], key.Fork("targets"));
        Tensor<double> h = x.Transpose().MatMul(x), b = x.Transpose().MatMul(y).Reshape(n);
        Tensor<double> identity = Tensor.Eye<double>(n);
        // The rows of the identity projected: Proj is symmetric.
        hessian = Matrix(h);
        away = Matrix(identity - tying.Project(identity.Reshape(tying.FullShape.Insert(0, n))).Reshape([n, n]));
        right = b.ToArray();
        Tensor<double> s = tying.Expand(Tensor.Eye<double>(tying.FreeCount)).Reshape([tying.FreeCount, n]);
        hard = tying.Expand(Tensor.From(SmallSystems.Solve(Matrix(s.MatMul(h).MatMul(s.Transpose())), s.MatMul(b.Unsqueeze(1)).Reshape(tying.FreeCount).ToArray()))).ToArray();
        Curvature = Largest(h);
    }

    /// <summary>The largest curvature of the loss: the largest eigenvalue of XᵀX.</summary>
    public double Curvature { get; }

    /// <summary>‖w_λ − w_hard‖₂.</summary>
    public double Distance(double strength)
    {
        int n = right.Length;
        var a = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++) a[i, j] = hessian[i, j] + 2 * strength * away[i, j];
        }

        return Math.Sqrt(SmallSystems.Solve(a, right).Zip(hard, (w, tied) => (w - tied) * (w - tied)).Sum());
    }

    private static double Largest(Tensor<double> h)
    {
        Tensor<double> v = Tensor.Ones<double>([h.Shape[0], 1]);
        for (int i = 0; i < 500; i++)
        {
            v = h.MatMul(v);
            v *= 1 / v.Norm().Item();
        }

        return h.MatMul(v).Norm().Item();
    }

    private static double[,] Matrix(Tensor<double> x)
    {
        var values = new double[x.Shape[0], x.Shape[1]];
        for (int i = 0; i < values.GetLength(0); i++)
        {
            for (int j = 0; j < values.GetLength(1); j++) values[i, j] = x[i, j];
        }

        return values;
    }
}
