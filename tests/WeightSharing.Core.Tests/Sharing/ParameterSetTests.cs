using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class ParameterSetTests
{
    [Fact]
    public void Each_parameter_counts_once_with_all_its_names()
    {
        Weight<float> a = new Parameter<float>([2, 3]), b = new Parameter<float>(5);
        var set = new ParameterSet<float>([("a", a), ("b", b), ("c", a.Transposed()), ("a", a)]);
        Assert.Equal(2, set.Count);
        Assert.Equal([a.Parameter, b.Parameter], set);
        Assert.Same(b.Parameter, set[1]);
        Assert.Equal(11, set.FreeCount);
        Assert.Equal(["a", "c"], set.NamesOf(a.Parameter));
        Assert.Equal(["a", "b", "c"], set.Named.Select(pair => pair.Name));
        Assert.Equal(new Shape(3, 2), set["c"].Shape);
    }

    [Fact]
    public void Two_parameters_under_one_name_are_refused_and_both_printed()
    {
        Weight<float> a = new Parameter<float>([2, 3]), b = new Parameter<float>(5);
        Expect.Throws<ArgumentException>(
            "ParameterSet: two parameters under the name w: Parameter (unnamed) [2, 3] and Parameter (unnamed) [5]; each name must mean one parameter.",
            () => new ParameterSet<float>([("w", a), ("w", b)]));
    }

    [Fact]
    public void What_does_not_belong_to_the_set_is_named()
    {
        var set = new ParameterSet<float>([("a", new Parameter<float>(1)), ("b", new Parameter<float>(2))]);
        Expect.Throws<KeyNotFoundException>("ParameterSet: no parameter is named c; there are a, b.", () => set["c"]);
        Expect.Throws<ArgumentException>("ParameterSet: Parameter (unnamed) [3] does not belong to the set.", () => set.NamesOf(new Parameter<float>(3)));
    }

    [Fact]
    public void Gradients_are_zeroed_together()
    {
        Parameter<double> a = new(Tensor.From(1.0)), b = new(Tensor.From(2.0));
        var set = new ParameterSet<double>([("a", a), ("b", b)]);
        (a.Value * b.Value).Sum().Backward();
        set.ZeroGradient();
        Assert.Null(a.Gradient);
        Assert.Null(b.Gradient);
    }
}
