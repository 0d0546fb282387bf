using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ErfTests
{
    [Fact]
    public void Values_are_those_of_the_tables()
    {
        // Abramowitz & Stegun, table 7.1.
        Tensor<double> x = Tensor.From(-1.0, 0, 0.1, 0.5, 1, 2, 8);
        Tensor<double> expected = Tensor.From(-0.8427007929497149, 0, 0.1124629160182849, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, 1);
        Expect.Close(expected, x.Erf(), 1e-15);
    }

    [Fact]
    public void Gradients_agree_with_differences() => Expect.Gradients(x => x.Erf(), Expect.Values([2, 3]));

    [Fact]
    public void Empty_tensors_stay_empty() => Expect.Empty(xs => xs[0].Erf(), [0, 3], new Shape(0, 3));
}
