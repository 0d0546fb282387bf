using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class ModuleTests
{
    // y = x·Wᵀ, with the weight of its own or another's.
    private sealed class Map : Layer<double>
    {
        public Map(int outputs, int inputs, Weight<double>? weight = null) =>
            Weight = Register("weight", weight ?? new Parameter<double>([outputs, inputs], Initializer.LeCunNormal, new Fan(inputs, outputs)));

        public Weight<double> Weight { get; }

        public RandomKey Key { get; private set; }

        public override Tensor<double> Forward(Tensor<double> input) => input.Linear(Weight.Use());

        protected override void OnInitialize(RandomKey key) => Key = key;
    }

    private sealed class Box : Module<double>
    {
        public Module<double> Add(string name, Module<double> child) => Register(name, child);

        public Weight<double> AddWeight(string name, Weight<double> weight) => Register(name, weight);

        public Tensor<double> AddBuffer(string name, Tensor<double> buffer) => RegisterBuffer(name, buffer);
    }

    private static (Box Root, Map Encoder, Map Decoder) Autoencoder()
    {
        var encoder = new Map(2, 3);
        var decoder = new Map(3, 2, encoder.Weight.Transposed());
        var root = new Box();
        root.Add("encoder", encoder);
        root.Add("decoder", decoder);
        return (root, encoder, decoder);
    }

    [Fact]
    public void Names_are_the_path_from_the_root()
    {
        (Box root, Map encoder, Map decoder) = Autoencoder();
        Assert.Equal(("encoder.weight", "decoder.weight"), (encoder.Weight.Name, decoder.Weight.Name));
        Assert.Equal("encoder.weight", encoder.Weight.Parameter.Name);
        Assert.Equal("decoder.weight [3, 2] (transposed)", decoder.Weight.ToString());
        Assert.Equal(["encoder.weight", "decoder.weight"], root.Parameters.NamesOf(root.Parameters[0]));

        var whole = new Box();
        whole.Add("model", root);
        Assert.Equal(("model.encoder", "model.encoder.weight"), (encoder.Path, encoder.Weight.Name));
        Assert.Equal(["", "model", "model.encoder", "model.decoder"], whole.NamedModules().Select(pair => pair.Name));
        Assert.Equal("", whole.Path);
    }

    [Fact]
    public void A_shared_parameter_counts_once()
    {
        (Box root, Map encoder, Map decoder) = Autoencoder();
        Assert.Single(root.Parameters);
        Assert.Same(encoder.Weight.Parameter, decoder.Weight.Parameter);
        Assert.Equal(6, root.Parameters.FreeCount);
    }

    [Fact]
    public void A_shared_module_has_several_names_and_the_path_of_the_first()
    {
        var map = new Map(2, 2);
        Box left = new(), right = new(), root = new();
        left.Add("map", map);
        right.Add("other", map);
        root.Add("left", left);
        root.Add("right", right);
        Assert.Equal("left.map", map.Path);
        Assert.Equal(["left.map.weight", "right.other.weight"], root.Parameters.NamesOf(map.Weight.Parameter));
        Assert.Single(root.Parameters);
    }

    [Fact]
    public void A_module_cannot_contain_itself()
    {
        Box root = new(), child = new();
        root.Add("child", child);
        Expect.Throws<ArgumentException>(
            "Register: Box as root contains the module that it would be registered in; a model must not contain itself.", () => child.Add("root", root));
        Expect.Throws<ArgumentException>("Register: Box as self contains the module", () => root.Add("self", root));
        Assert.Equal(2, root.NamedModules().Count());
    }

    [Fact]
    public void Names_within_a_module_differ()
    {
        var box = new Box();
        box.Add("a", new Box());
        box.AddWeight("w", new Parameter<double>(1));
        box.AddBuffer("b", Tensor.Zeros<double>(1));
        foreach (string name in (string[])["a", "w", "b"])
        {
            string message = $"Register: Box has something named {name} already; names within a module must differ.";
            Expect.Throws<ArgumentException>(message, () => box.Add(name, new Box()));
            Expect.Throws<ArgumentException>(message, () => box.AddWeight(name, new Parameter<double>(1)));
            Expect.Throws<ArgumentException>(message, () => box.AddBuffer(name, Tensor.Zeros<double>(1)));
        }

        Expect.Throws<ArgumentException>("Register: the name a.b has a dot; dots join the names of parents and children.", () => box.Add("a.b", new Box()));
        Assert.Throws<ArgumentException>(() => box.Add("", new Box()));
        Assert.Throws<ArgumentNullException>(() => box.Add("c", null!));
        Assert.Equal(["a"], box.Children.Select(child => child.Name));
    }

    [Fact]
    public void First_values_depend_on_the_seed_and_the_canonical_name_alone()
    {
        Map first = new(3, 3), second = new(3, 3);
        var root = new Box();
        root.Add("a", first);
        root.Add("b", second);
        root.Initialize(1);
        double[] a = first.Weight.Value.ToArray(), b = second.Weight.Value.ToArray();
        Assert.NotEqual(a, b);

        // Registered in another order and beside other modules, the same names get the same values.
        Map again = new(3, 3), other = new(3, 3);
        var shuffled = new Box();
        shuffled.Add("zero", new Map(5, 5));
        shuffled.Add("b", other);
        shuffled.Add("a", again);
        shuffled.Initialize(1);
        Assert.Equal(a, again.Weight.Value.ToArray());
        Assert.Equal(b, other.Weight.Value.ToArray());
        Assert.Equal(first.Key, again.Key);
        Assert.NotEqual(again.Key, other.Key);
        shuffled.Initialize(2);
        Assert.NotEqual(a, again.Weight.Value.ToArray());
    }

    [Fact]
    public void A_shared_module_is_initialized_once_under_its_first_name()
    {
        Map shared = new(3, 3), alone = new(3, 3);
        Box root = new(), reference = new();
        root.Add("first", shared);
        root.Add("second", shared);
        root.Initialize(1);
        reference.Add("first", alone);
        reference.Initialize(1);
        Assert.Equal(alone.Key, shared.Key);
        Assert.Equal(alone.Weight.Value.ToArray(), shared.Weight.Value.ToArray());
    }

    [Fact]
    public void Modes_reach_everything_below()
    {
        Box root = new(), middle = new();
        var leaf = new Map(1, 1);
        root.Add("middle", middle);
        middle.Add("leaf", leaf);
        Assert.True(root.IsTraining && leaf.IsTraining);
        root.Evaluate();
        Assert.False(root.IsTraining || middle.IsTraining || leaf.IsTraining);
        middle.Train();
        Assert.True(leaf.IsTraining && !root.IsTraining);
    }

    [Fact]
    public void Freezing_stops_every_parameter_below()
    {
        (Box root, Map encoder, Map decoder) = Autoencoder();
        root.Initialize(1);
        root.Freeze();
        Assert.False(decoder.Forward(encoder.Forward(Expect.Values([1, 3]))).RequiresGradient);
        root.Freeze(false);
        decoder.Forward(encoder.Forward(Expect.Values([1, 3]))).Sum().Backward();
        Assert.NotNull(encoder.Weight.Parameter.Gradient);
    }

    [Fact]
    public void Buffers_have_full_names_and_outlive_scopes()
    {
        Box root = new(), child = new();
        using (TensorScope.Begin()) child.AddBuffer("mean", Tensor.Ones<double>(2));
        root.Add("child", child);
        (string name, Tensor<double> buffer) = Assert.Single(root.Buffers);
        Assert.Equal("child.mean", name);
        Assert.Equal([1.0, 1.0], buffer.ToArray());
        Assert.Empty(root.Parameters);
    }

    [Fact]
    public void Two_parameters_cannot_come_to_share_a_name()
    {
        // The dot ban makes "a" + "b" and "a.b" different things, so only one parameter can stand under a path.
        var root = new Box();
        root.Add("a", new Map(1, 1));
        root.Add("b", new Map(1, 2));
        Assert.Equal(["a.weight", "b.weight"], root.Parameters.Named.Select(pair => pair.Name));
        Assert.Equal(new Shape(1, 2), root.Parameters["b.weight"].Shape);
    }
}
