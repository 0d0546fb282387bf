using MathNet.Numerics.LinearAlgebra;
using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class HessianTests
{
    private static readonly Tensor<double> Input = Tensor.Normal<double>([5, 2, 4, 4], RandomKey.Of(1)).Keep();
    private static readonly Tensor<int> Labels = Tensor.From(0, 1, 2, 1, 0).Keep();

    [Fact]
    public void The_matrix_is_that_of_finite_differences_of_the_gradient()
    {
        (Sequential<double> model, Hessian hessian) = Net();
        Matrix<double> matrix = hessian.ToMatrix();
        Parameter<double>[] parameters = [.. model.Parameters];
        const double h = 1e-5;
        for (int i = 0, p = 0, k = 0; i < hessian.Dimension; i += 7)
        {
            while (i - k >= parameters[p].Count) k += parameters[p++].Count;
            double[] value = parameters[p].Value.ToArray(), up = [.. value], down = [.. value];
            up[i - k] += h;
            down[i - k] -= h;
            parameters[p].Set(Tensor.From(up, parameters[p].Shape));
            double[] high = hessian.Gradient();
            parameters[p].Set(Tensor.From(down, parameters[p].Shape));
            double[] low = hessian.Gradient();
            parameters[p].Set(Tensor.From(value, parameters[p].Shape));
            Close.All([.. high.Zip(low, (a, b) => (a - b) / (2 * h))], [.. matrix.Column(i)], 1e-7);
        }
    }

    [Fact]
    public void Lanczos_finds_the_largest_eigenvalues_and_a_density_that_integrates_to_one()
    {
        (_, Hessian hessian) = Net();
        double[] all = hessian.Eigenvalues();
        double[] expected = [.. all.OrderByDescending(Math.Abs).Take(4)];
        Close.All(expected, hessian.LargestEigenvalues(4, steps: hessian.Dimension), 1e-9);
        double low = all[0] - 1, high = all[^1] + 1, step = (high - low) / 400, width = 0.1;
        double[] grid = [.. Enumerable.Range(0, 401).Select(i => low + i * step)], density = hessian.SpectralDensity(grid, width, vectors: 4);
        Assert.Equal(1, density.Sum() * step, 1e-3);
        // In expectation over vectors the density is the smoothed histogram of all eigenvalues; its mean is the mean eigenvalue.
        Assert.Equal(all.Average(), density.Zip(grid, (d, x) => d * x).Sum() * step, 0.1 * all.Select(Math.Abs).Max());
    }

    [Fact]
    public void The_shared_problem_has_the_projected_Hessian()
    {
        // A convolution followed by a loss, against the locally connected layer with the same filters everywhere: H_θ = Sᵀ·H_w·S.
        var shared = new Conv2d<double>(2, 3, 3, bias: false);
        shared.Initialize(seed: 2);
        LocallyConnected2d<double> unshared = shared.ToLocallyConnected((4, 4));
        Matrix<double> own = Of(shared).ToMatrix(), full = Of(unshared).ToMatrix();
        // Weights of a convolution [3, 2, 3, 3] and of a position [3, 18] have the same order.
        Close.All(own.ToRowMajorArray(), Hessian.Tied(full, Tying.OverPositions(4, [3, 18])).ToRowMajorArray(), 1e-12);
        double[] ownGradient = Of(shared).Gradient(), fullGradient = Of(unshared).Gradient();
        Close.All(ownGradient, Tying.OverPositions(4, [3, 18]).Collect(Tensor.From(fullGradient, [4, 3, 18])).ToArray(), 1e-12);

        Hessian Of(Layer<double> layer) => Hessian.Of(layer.Parameters, () => Loss.CrossEntropy(layer.Forward(Input).Tanh().Sum([2, 3]), Labels));
    }

    [Fact]
    public void Condition_numbers_leave_flat_directions_out()
    {
        Assert.Equal(8, Hessian.ConditionNumber([-0.5, 0, 4, 1e-14]));
        Assert.Equal(1, Hessian.ConditionNumber([0, 0]));
    }

    internal static (Sequential<double> Model, Hessian Hessian) Net()
    {
        var model = new Sequential<double>(new Conv2d<double>(2, 3, 3), new Tanh<double>(), new Flatten<double>(), new Dense<double>(12, 3));
        model.Initialize(seed: 3);
        return (model, Hessian.Of(model.Parameters, () => Loss.CrossEntropy(model.Forward(Input), Labels)));
    }
}
