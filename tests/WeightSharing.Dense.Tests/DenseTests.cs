using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class DenseTests
{
    [Fact]
    public void Sparse_rows_give_what_dense_ones_give()
    {
        var layer = new Dense<double>(5, 3);
        layer.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([4, 5], RandomKey.Of(1)).Relu();
        Tensor<double> expected = layer.Forward(x), actual = layer.Forward(SparseMatrix<double>.FromDense(x));
        Assert.True((expected - actual).Abs().Max().Item() < 1e-14);
        expected.Pow(2.0).Sum().Backward();
        double[] gradient = layer.Weight.Parameter.Gradient!.ToArray();
        layer.Parameters.ZeroGradient();
        actual.Pow(2.0).Sum().Backward();
        Assert.All(gradient.Zip(layer.Weight.Parameter.Gradient!.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Is_fused_with_a_Relu_that_follows_it_without_a_difference()
    {
        var layer = new Dense<double>(4, 3);
        var fused = new Sequential<double>(layer, new Relu<double>(), new Tanh<double>());
        fused.Initialize(1);
        Tensor<double> x = Tensor.Normal<double>([5, 4], RandomKey.Of(2)).RequireGradient();
        Tensor<double> y = fused.Forward(x), apart = layer.Forward(x).Relu().Tanh();
        Assert.Equal(apart.ToArray(), y.ToArray());
        Assert.Equal(["0.weight", "0.bias"], fused.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal(2, layer.Weight.Parameter.Ledger.Usages.Sum(usage => usage.Count));
        Tensor<double>[] leaves = [x, .. layer.Parameters.Select(parameter => parameter.Value)];
        foreach ((Tensor<double> expected, Tensor<double> actual) in Gradient.Of(apart.Sum(), leaves).Zip(Gradient.Of(y.Sum(), leaves)))
            Assert.Equal(expected.ToArray(), actual.ToArray());
    }

    [Fact]
    public void Computes_x_times_the_transposed_weight_plus_bias()
    {
        var layer = new Dense<double>(2, 3);
        layer.Weight.Parameter.Set(Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2]));
        layer.Bias!.Parameter.Set(Tensor.From(10.0, 20, 30));
        Assert.Equal([15.0, 31, 47, 13, 27, 41], layer.Forward(Tensor.From([1.0, 2, 1, 1], [2, 2])).ToArray());
    }

    [Fact]
    public void Has_PyTorchs_names_and_shapes()
    {
        var layer = new Dense<float>(784, 10);
        Assert.Equal([("weight", new Shape(10, 784)), ("bias", new Shape(10))], layer.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        Assert.Single(new Dense<float>(784, 10, bias: false).Parameters);
    }

    [Fact]
    public void Draws_weight_and_bias_uniformly_within_one_over_root_fan_in()
    {
        var layer = new Dense<double>(400, 300);
        layer.Initialize(seed: 3);
        double[] values = layer.Weight.Value.ToArray();
        Assert.All(values, value => Assert.InRange(value, -0.05, 0.05));
        Assert.InRange(values.Max(), 0.0499, 0.05);
        Assert.InRange(values.Sum(value => value * value) / values.Length, 0.98 / 1200, 1.02 / 1200);
        Assert.All(layer.Bias!.Value.ToArray(), value => Assert.InRange(value, -0.05, 0.05));
    }

    [Fact]
    public void A_transposed_weight_is_one_buffer_with_two_uses_whose_gradients_add_up()
    {
        var encoder = new Dense<double>(6, 3);
        var decoder = new Dense<double>(3, 6, weight: encoder.Weight.Transposed());
        var model = new Sequential<double>(encoder, new Sigmoid<double>(), decoder);
        model.Initialize(seed: 1);
        Assert.Equal(3, model.Parameters.Count);
        Assert.Equal(["0.weight", "2.weight"], model.Parameters.NamesOf(encoder.Weight.Parameter));

        using (UsageLedger.TrackContributions()) model.Forward(Tensor.Normal<double>([5, 6], RandomKey.Of(2))).Sum().Backward();

        Tensor<double> gradient = encoder.Weight.Parameter.Gradient!;
        IReadOnlyList<UsageContribution<double>> parts = encoder.Weight.Parameter.Ledger.Contributions();
        Assert.Equal(2, parts.Count);
        Assert.Equal(["0.weight", "2.weight (transposed)"], parts.Select(part => part.Usage.ToString()));
        double[] sum = (parts[0].Usage.Gradient! + parts[1].Usage.Gradient!).ToArray(), whole = gradient.ToArray();
        Assert.All(Enumerable.Range(0, whole.Length), i => Assert.True(Math.Abs(sum[i] - whole[i]) <= 1e-12 * (1 + whole.Max(Math.Abs))));
    }

    [Fact]
    public void A_tying_leaves_fewer_free_values()
    {
        var layer = new Dense<double>(4, 3, bias: false, tying: Tying.Toeplitz(3, 4));
        layer.Initialize(seed: 1);
        Assert.Equal(6, layer.Parameters.FreeCount);
        double[] w = layer.Weight.Value.ToArray(), free = layer.Weight.Parameter.Value.ToArray();
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 4; j++) Assert.Equal(free[i - j + 3], w[i * 4 + j]);
        }
    }

    [Fact]
    public void Leading_dimensions_are_places_where_the_same_map_is_used()
    {
        var layer = new Dense<float>(4, 2);
        layer.Initialize(seed: 1);
        Assert.Equal(new Shape(5, 7, 2), layer.Forward(Tensor.Zeros<float>(5, 7, 4)).Shape);
        Assert.Equal(7, layer.Weight.Parameter.Ledger.Usages.Single().Positions);
    }

    [Fact]
    public void An_empty_batch_gives_an_empty_result_and_zero_gradients()
    {
        var layer = new Dense<float>(4, 2);
        layer.Initialize(seed: 1);
        Tensor<float> y = layer.Forward(Tensor.Zeros<float>(0, 4));
        Assert.Equal(new Shape(0, 2), y.Shape);
        y.Sum().Backward();
        Assert.All(layer.Weight.Parameter.Gradient!.ToArray(), value => Assert.Equal(0f, value));
    }

    [Fact]
    public void Errors_say_what_does_not_fit()
    {
        var layer = new Dense<float>(784, 10);
        Assert.StartsWith("Parameter weight [10, 784] has no values yet; call Initialize(seed)",
            Assert.Throws<InvalidOperationException>(() => layer.Forward(Tensor.Zeros<float>(1, 784))).Message, StringComparison.Ordinal);
        layer.Initialize(1);
        Assert.Equal("Linear: input [32, 783] does not fit weight [10, 784]; the weight is [out, in], and the input's last dimension must equal in.",
            Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros<float>(32, 783))).Message);
        Assert.Equal("Dense: the shared weight has shape [10, 784]; the layer needs [784, 10].",
            Assert.Throws<ArgumentException>(() => new Dense<float>(10, 784, weight: layer.Weight)).Message);
        Assert.StartsWith("Dense: the tying toeplitz: 6 free → [3, 4] does not fit the weight [4, 3]",
            Assert.Throws<ArgumentException>(() => new Dense<float>(3, 4, tying: Tying.Toeplitz(3, 4))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Dense: both a shared weight and a tying",
            Assert.Throws<ArgumentException>(() => new Dense<float>(784, 10, weight: layer.Weight, tying: Tying.Toeplitz(10, 784))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dense<float>(-1, 4));
    }

    [Fact]
    public void A_weight_can_be_shared_by_layers_of_two_models()
    {
        var first = new Dense<double>(3, 3);
        var second = new Dense<double>(3, 3, weight: first.Weight);
        first.Initialize(1);
        second.Bias!.Parameter.Set(Tensor.Zeros<double>(3));
        Tensor<double> x = Tensor.Normal<double>([2, 3], RandomKey.Of(5));
        using (NoGrad.Begin())
        {
            Assert.Equal((first.Forward(x) - first.Bias!.Value).ToArray(), second.Forward(x).ToArray(), new Tolerance(1e-15));
        }
    }

    private sealed class Tolerance(double within) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= within * (1 + Math.Abs(y));

        public int GetHashCode(double x) => 0;
    }

    [Fact]
    public void Copies_keep_ties_between_layers()
    {
        var encoder = new Dense<double>(6, 3, bias: false);
        var model = new Sequential<double>(encoder, new Dense<double>(3, 6, weight: encoder.Weight.Transposed()));
        model.Initialize(seed: 1);
        Sequential<float> copy = model.To<float>();
        Assert.Equal(["0.weight", "1.weight"], copy.Parameters.NamesOf(copy.Parameters["1.weight"].Parameter));
        Assert.True(copy.Verify(SharingGraph.Of(model)).Holds);
    }
}
