using WeightSharing.Analysis;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Analysis;

public sealed class LossLandscapeTests
{
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
        (Sequential<double> model, _) = HessianTests.Net();
        Parameter<double>[] parameters = [.. model.Parameters];
        IReadOnlyList<Tensor<double>> direction = LossLandscape.RandomDirection(parameters, seed: 4);
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Shape.Rank < 2) Assert.All(direction[i].ToArray(), value => Assert.Equal(0, value));
            else Close.All(parameters[i].Value.Flatten(1).Norm(1).ToArray(), direction[i].Flatten(1).Norm(1).ToArray(), 1e-12);
        }
    }
}
