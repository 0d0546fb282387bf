using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class ModuleCloningTests
{
    [Fact]
    public void A_clone_has_the_static_type_the_values_and_nothing_in_common()
    {
        Sequential<double> model = Tied();
        Sequential<double> clone = model.Clone();
        Tensor<double> x = Tensor.Normal<double>([4, 6], RandomKey.Of(2));
        Assert.Equal(model.Forward(x).ToArray(), clone.Forward(x).ToArray());

        clone.Parameters["0.weight"].Parameter.Set(Tensor.Zeros<double>(3, 6));
        Assert.NotEqual(model.Forward(x).ToArray(), clone.Forward(x).ToArray());
        Assert.All(clone.Parameters, parameter => Assert.DoesNotContain(parameter, model.Parameters));
    }

    [Fact]
    public void One_parameter_stays_one_under_all_its_names()
    {
        Sequential<double> clone = Tied().Clone();
        Assert.Equal(3, clone.Parameters.Count);
        Assert.Equal(["0.weight", "2.weight"], clone.Parameters.NamesOf(clone.Parameters["2.weight"].Parameter));
        Assert.Equal("transposed", clone.Parameters["2.weight"].Transform);
        Assert.Equal("0.weight", clone.Parameters["2.weight"].Parameter.Name);
        Assert.Equal(SharingGraph.Of(Tied()), SharingGraph.Of(clone));
        Assert.True(clone.Verify(SharingGraph.Of(Tied())).Holds);
    }

    [Fact]
    public void A_layer_in_two_places_stays_one()
    {
        var shared = new Affine<double>(4, 4, tying: Tying.Toeplitz(4, 4));
        var model = new Sequential<double>(shared, new Tanh<double>(), shared);
        model.Initialize(1);
        Sequential<double> clone = model.Clone();
        Assert.Same(clone[0], clone[2]);
        Assert.Equal(7, clone.Parameters["0.weight"].Parameter.Count);
        Assert.Equal("toeplitz", clone.Parameters["2.weight"].Transform);
    }

    [Fact]
    public void Frozen_flags_mode_and_the_names_of_usages_come_along_without_counts_or_gradients()
    {
        Sequential<double> model = Tied();
        using (UsageScope.Enter("left")) model.Forward(Tensor.Ones<double>(2, 6)).Sum().Backward();
        model.Parameters["0.bias"].Parameter.IsFrozen = true;
        model.Evaluate();
        Sequential<double> clone = model.Clone();

        Assert.True(clone.Parameters["0.bias"].Parameter.IsFrozen);
        Assert.False(clone.Parameters["0.weight"].Parameter.IsFrozen);
        Assert.All(clone.NamedModules(), pair => Assert.False(pair.Module.IsTraining));
        UsageLedger<double> ledger = clone.Parameters["0.weight"].Parameter.Ledger;
        Assert.Equal(["0.weight left", "2.weight (transposed) left"], ledger.Usages.Select(usage => usage.ToString()));
        Assert.All(ledger.Usages, usage => Assert.Equal(0, usage.Count));
        Assert.Null(clone.Parameters["0.weight"].Parameter.Gradient);

        using (UsageScope.Enter("left")) clone.Forward(Tensor.Ones<double>(2, 6));
        Assert.Equal([1L, 1L], ledger.Usages.Select(usage => usage.Count));
    }

    [Fact]
    public void A_cloned_dropout_draws_the_same_masks()
    {
        var model = new Sequential<float>(new Dropout<float>(0.5), new Relu<float>());
        model.Initialize(5);
        Tensor<float> x = Tensor.Ones<float>(50);
        model.Forward(x);
        Sequential<float> clone = model.Clone();
        Assert.Equal(model.Forward(x).ToArray(), clone.Forward(x).ToArray());
    }

    [Fact]
    public void A_model_without_values_is_cloned_without_values_and_initializes_alike()
    {
        var model = new Sequential<double>(new Affine<double>(3, 2), new Affine<double>(2, 3));
        Sequential<double> clone = model.Clone();
        Assert.All(clone.Parameters, parameter => Assert.False(parameter.IsInitialized));
        model.Initialize(3);
        clone.Initialize(3);
        Assert.Equal(model.Parameters["1.weight"].Value.ToArray(), clone.Parameters["1.weight"].Value.ToArray());
    }

    [Fact]
    public void A_part_is_cloned_as_a_model_of_its_own()
    {
        Sequential<double> model = Tied();
        Layer<double> part = model[2].Clone();
        Assert.Equal("", part.Path);
        Assert.Equal("weight", part.Parameters[0].Name);
        Assert.Equal(model[2].Parameters["weight"].Value.ToArray(), part.Parameters["weight"].Value.ToArray());
    }

    internal static Sequential<double> Tied()
    {
        var encoder = new Affine<double>(6, 3);
        var model = new Sequential<double>(encoder, new Sigmoid<double>(), new Affine<double>(3, 6, encoder.Weight.Transposed()));
        model.Initialize(1);
        return model;
    }
}
