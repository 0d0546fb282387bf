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

    [Fact]
    public void A_quadratic_bowl_has_the_landscape_of_its_formula_and_keeps_its_values()
    {
        var p = new Parameter<double>(2, Initializer.Zeros, new Fan(1, 1));
        p.Set(Tensor.From(1.0, -2));
        Tensor<double> Bowl() => (p.Value * p.Value * Tensor.From(1.0, 3)).Sum();
        double[,] plane = LossLandscape.Plane([p], Bowl, [Tensor.From(1.0, 0)], [Tensor.From(0.0, 1)], [-1, 0, 1], [0, 2]);
        Assert.Equal(new double[,] { { 12, 13, 16 }, { 0, 1, 4 } }, plane);
        Assert.Equal([13.0, 4], LossLandscape.Along([p], Bowl, [Tensor.From(1.0, 2)], [0, 1]).Select(value => Math.Round(value, 12)));
        Assert.Equal([1.0, -2], p.Value.ToArray());
        Assert.Contains(
            "a direction of shapes [3] for parameters of shapes [2]", Assert.Throws<ArgumentException>(() => LossLandscape.Along([p], Bowl, [Tensor.Ones<double>(3)], [0])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_random_direction_has_the_norms_of_the_filters()
    {
        (Sequential<double> model, _) = Net();
        Parameter<double>[] parameters = [.. model.Parameters];
        IReadOnlyList<Tensor<double>> direction = LossLandscape.RandomDirection(parameters, seed: 4);
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Shape.Rank < 2) Assert.All(direction[i].ToArray(), value => Assert.Equal(0, value));
            else Close.All(parameters[i].Value.Flatten(1).Norm(1).ToArray(), direction[i].Flatten(1).Norm(1).ToArray(), 1e-12);
        }
    }

    [Fact]
    public void Learning_rates_that_train_are_a_range_of_the_grid()
    {
        // Gradient descent on x² from 1: |1 − 2r| per step.
        LearningRateRange range = TrainingSpeed.LearningRates([0.001, 0.1, 0.5, 0.9, 1.1, 2], rate => Math.Pow(1 - 2 * rate, 40), target: 1e-2);
        Assert.Equal((0.1, 0.9), (range.Lowest, range.Highest));
        Assert.Equal(9, range.Ratio, 1e-12);
        Assert.Equal(0, TrainingSpeed.LearningRates([1, 2], _ => throw new ArithmeticException(), 1).Ratio);
        Assert.Equal(3, TrainingSpeed.StepsTo([3, 2, 1, 0.5], 1));
        Assert.Null(TrainingSpeed.StepsTo([3, 2], 1));
        Assert.Contains("rate 1 at place 1", Assert.Throws<ArgumentException>(() => TrainingSpeed.LearningRates([1, 1], _ => 0, 1)).Message, StringComparison.Ordinal);
    }

    private static (Sequential<double> Model, Hessian Hessian) Net()
    {
        var model = new Sequential<double>(new Conv2d<double>(2, 3, 3), new Tanh<double>(), new Flatten<double>(), new Dense<double>(12, 3));
        model.Initialize(seed: 3);
        return (model, Hessian.Of(model.Parameters, () => Loss.CrossEntropy(model.Forward(Input), Labels)));
    }
}
