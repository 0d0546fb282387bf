using System.Numerics;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public sealed class ModuleCopierTests
{
    [Fact]
    public void To_another_type_keeps_the_ties()
    {
        Sequential<double> model = ModuleCloningTests.Tied();
        Sequential<float> single = model.To<float>();
        Assert.Equal(3, single.Parameters.Count);
        Assert.Same(single.Parameters["0.weight"].Parameter, single.Parameters["2.weight"].Parameter);
        Assert.Equal(model.Parameters["0.weight"].Value.ToArray().Select(value => (float)value), single.Parameters["0.weight"].Value.ToArray());
        Assert.Equal(SharingGraph.Of(model), SharingGraph.Of(single));

        Sequential<double> back = single.To<double>();
        Assert.Equal(single.Parameters["2.weight"].Value.ToArray().Select(value => (double)value), back.Parameters["2.weight"].Value.ToArray());
    }

    [Fact]
    public void A_module_that_builds_its_own_children_needs_its_settings_only()
    {
        var model = new Autoencoder<double>(5, 2);
        model.Initialize(1);
        model.Scale.Fill(3);
        model.Parameters["encoder.bias"].Parameter.IsFrozen = true;
        var copy = (Autoencoder<float>)model.To<float>();
        Assert.Equal(["encoder.weight", "decoder.weight"], copy.Parameters.NamesOf(copy.Parameters["decoder.weight"].Parameter));
        Assert.True(copy.Parameters["encoder.bias"].Parameter.IsFrozen);
        Assert.Equal(3f, copy.Scale.Item());
        Assert.Equal(model.Forward(Tensor.Ones<double>(1, 5)).ToArray().Select(value => (float)value),
            copy.Forward(Tensor.Ones<float>(1, 5)).ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void A_weight_tied_from_outside_to_a_module_that_does_not_pass_it_on_is_an_error()
    {
        var first = new Affine<double>(5, 2);
        var second = new Forgetful<double>(first.Weight);
        var model = new Sequential<double>(first, second);
        model.Initialize(1);
        string message = Assert.Throws<InvalidOperationException>(() => model.Clone()).Message;
        Assert.Equal("Copy of Forgetful`1: the weight weight is shared with another module; its copy has one of its own. CopyAs must pass it through copier.Copy.", message);
    }

    [Fact]
    public void Two_modules_that_both_forget_are_found_by_the_graph_of_the_copy()
    {
        var parameter = new Parameter<double>([2, 5]);
        var model = new Sequential<double>(new Forgetful<double>(parameter), new Forgetful<double>(parameter));
        model.Initialize(1);
        Assert.Contains("is shared with another module", Assert.Throws<InvalidOperationException>(() => model.Clone()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_without_CopyAs_names_the_remedy()
    {
        var model = new Sequential<double>(new Plain<double>());
        Assert.Equal(
            "Copy: Plain`1 does not say how it is copied; override CopyAs in it: return a new Plain<TOther> with the same settings, its layers and shared weights through copier.Copy.",
            Assert.Throws<NotSupportedException>(() => model.Clone()).Message);
    }

    [Fact]
    public void A_copy_with_other_settings_is_an_error()
    {
        var model = new Wrong<double>(4);
        model.Initialize(1);
        Assert.StartsWith("Copy of Wrong`1: its weights are weight [4]; its copy's, a Wrong`1, are weight [5].",
            Assert.Throws<InvalidOperationException>(() => model.Clone()).Message, StringComparison.Ordinal);
    }

    private sealed class Autoencoder<T> : Layer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int inputs, hidden;
        private readonly Affine<T> encoder, decoder;

        public Autoencoder(int inputs, int hidden)
        {
            (this.inputs, this.hidden) = (inputs, hidden);
            encoder = Register("encoder", new Affine<T>(inputs, hidden));
            decoder = Register("decoder", new Affine<T>(hidden, inputs, encoder.Weight.Transposed()));
            Scale = RegisterBuffer("scale", Tensor.Ones<T>([]));
        }

        public Tensor<T> Scale { get; }

        public override Tensor<T> Forward(Tensor<T> input) => decoder.Forward(encoder.Forward(input)) * Scale;

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Autoencoder<TOther>(inputs, hidden);
    }

    private sealed class Forgetful<T> : Layer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Weight<T> weight;

        public Forgetful(Weight<T> weight) => this.weight = Register("weight", weight);

        public override Tensor<T> Forward(Tensor<T> input) => input.Linear(weight.Use());

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Forgetful<TOther>(new Parameter<TOther>(weight.Shape));
    }

    private sealed class Plain<T> : Layer<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override Tensor<T> Forward(Tensor<T> input) => input;
    }

    private sealed class Wrong<T> : Module<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly int count;

        public Wrong(int count) => Register("weight", new Parameter<T>(this.count = count));

        protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new Wrong<TOther>(count + 1);
    }
}
