using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class GeluTests
{
    [Fact]
    public void Values_agree_with_the_definitions()
    {
        Tensor<double> x = Tensor.From(-3.0, -1, 0, 0.5, 2);
        Expect.Close(x * ((x * Math.Sqrt(0.5)).Erf() + 1.0) * 0.5, x.Gelu(), 1e-15);
        Expect.Close(x * (((x + x.Pow(3.0) * 0.044715) * Math.Sqrt(2 / Math.PI)).Tanh() + 1.0) * 0.5, x.GeluTanh(), 1e-15);
        // torch.nn.functional.gelu(torch.tensor(1.))
        Expect.Close(Tensor.From(0.8413447460685429), Tensor.From(1.0).Gelu(), 1e-15);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.Gelu(), Expect.Values([2, 3]));
        Expect.Gradients(x => x.GeluTanh(), Expect.Values([2, 3]));
    }

    [Fact]
    public void Empty_tensors_stay_empty()
    {
        Expect.Empty(xs => xs[0].Gelu(), [0, 3], new Shape(0, 3));
        Expect.Empty(xs => xs[0].GeluTanh(), [0, 3], new Shape(0, 3));
    }
}
