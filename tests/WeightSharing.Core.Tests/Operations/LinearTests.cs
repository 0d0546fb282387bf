using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class LinearTests
{
    [Fact]
    public void Values_are_those_of_the_product_with_the_transposed_weight()
    {
        Tensor<double> w = Expect.Values([4, 3], "w"), b = Expect.Values([4], "b");
        foreach (Shape shape in (Shape[])[[5, 3], [3], [2, 5, 3], [2, 1, 2, 3], [0, 3]])
        {
            Tensor<double> x = Expect.Values(shape, "x"), expected = x.MatMul(w.Transpose());
            Expect.Close(expected, x.Linear(w), 1e-14);
            Expect.Close(expected + b, x.Linear(w, b), 1e-14);
            Expect.Close(expected + b, Expect.Strided(x).Linear(Expect.Strided(w), Expect.Strided(b)), 1e-14);
        }
    }

    [Fact]
    public void Gradients_are_right_to_second_order()
    {
        Expect.Gradients(xs => xs[0].Linear(xs[1], xs[2]), Expect.Values([2, 3], "x"), Expect.Values([4, 3], "w"), Expect.Values([4], "b"));
        Expect.Gradients(xs => xs[0].Linear(xs[1]), Expect.Values([2, 2, 3], "x"), Expect.Values([2, 3], "w"));
        Expect.Gradients(xs => xs[0].Linear(xs[1], xs[2]).Tanh(), Expect.Values([3], "x"), Expect.Values([2, 3], "w"), Expect.Values([2], "b"));
        Expect.Gradients(x => x.Linear(x, x.Select(1, 0)), Expect.Values([3, 3]));
        Expect.Empty(xs => xs[0].Linear(xs[1], xs[2]), [0, 4], [0, 3], [4, 3], [4]);
    }

    [Fact]
    public void Cutting_off_what_is_negative_is_Relu_after_it()
    {
        Tensor<double> x = Expect.Values([2, 5, 3], "x"), w = Expect.Values([4, 3], "w"), b = Expect.Values([4], "b");
        Expect.Bitwise(x.Linear(w, b).Relu(), x.Linear(w, b, relu: true));
        Expect.Bitwise(x.Linear(w).Relu(), x.Linear(w, relu: true));
        Expect.Gradients(xs => xs[0].Linear(xs[1], xs[2], relu: true), Expect.Values([2, 3], "x"), w, b);
        Expect.Gradients(xs => xs[0].Linear(xs[1], relu: true), Expect.Values([2, 2, 3], "x"), w);
        Expect.Gradients(x => x.Linear(x, x.Select(1, 0), relu: true), Expect.Values([3, 3]));
    }

    [Fact]
    public void Without_inputs_the_bias_remains()
    {
        Assert.Equal([5.0, 6, 5, 6], Tensor.Zeros<double>([2, 0]).Linear(Tensor.Zeros<double>([2, 0]), Tensor.From(5.0, 6.0)).ToArray());
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        const string Rule = "; the weight is [out, in], and the input's last dimension must equal in.";
        Expect.Throws<ArgumentException>("Linear: input [2, 3] does not fit weight [4, 5]" + Rule, () => Tensor.Zeros<double>([2, 3]).Linear(Tensor.Zeros<double>([4, 5])));
        Expect.Throws<ArgumentException>("Linear: input [] does not fit weight [4, 5]" + Rule, () => Tensor.Scalar(1.0).Linear(Tensor.Zeros<double>([4, 5])));
        Expect.Throws<ArgumentException>("Linear: input [2, 3] does not fit weight [3]" + Rule, () => Tensor.Zeros<double>([2, 3]).Linear(Tensor.Zeros<double>(3)));
        Expect.Throws<ArgumentException>(
            "Linear: bias [3] does not fit weight [4, 3]; it must be [4].", () => Tensor.Zeros<double>([2, 3]).Linear(Tensor.Zeros<double>([4, 3]), Tensor.Zeros<double>(3)));
    }
}
