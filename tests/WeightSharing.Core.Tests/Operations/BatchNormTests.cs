using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class BatchNormTests
{
    [Fact]
    public void Training_normalises_each_channel_and_returns_the_statistics()
    {
        Tensor<double> x = Expect.Values([3, 2, 4]), w = Expect.Values([2], "w"), b = Expect.Values([2], "b");
        (Tensor<double> y, Tensor<double> mean, Tensor<double> variance) = x.BatchNorm(w, b);
        Expect.Close(x.Mean([0, 2]), mean);
        Expect.Close(x.Variance([0, 2]), variance);
        Tensor<double> normal = (x - x.Mean([0, 2], true)) / (x.Variance([0, 2], false, true) + 1e-5).Sqrt();
        Expect.Close(normal * w.Reshape(2, 1) + b.Reshape(2, 1), y);
        Expect.Close(normal, x.BatchNorm().Output);
        Assert.Equal(new Shape(3, 2), Expect.Values([3, 2]).BatchNorm().Output.Shape);
        Expect.Close(Tensor.From(0.9, 2.0), Tensor.RunningStatistics(Tensor.From(1.0, 2), Tensor.From(0.0, 2), 0.1));
    }

    [Fact]
    public void Inference_uses_the_statistics_given()
    {
        Tensor<double> x = Expect.Values([3, 2, 4]), w = Expect.Values([2], "w"), b = Expect.Values([2], "b"), m = Expect.Values([2], "m"), v = Tensor.From(0.5, 2);
        Tensor<double> expected = (x - m.Reshape(2, 1)) / (v.Reshape(2, 1) + 1e-5).Sqrt();
        Expect.Close(expected, x.BatchNorm(m, v, null, null));
        Expect.Close(expected * w.Reshape(2, 1) + b.Reshape(2, 1), x.BatchNorm(m, v, w, b));
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(xs => xs[0].BatchNorm(xs[1], xs[2]).Output, Expect.Values([3, 2, 2], "x"), Expect.Values([2], "w"), Expect.Values([2], "b"));
        Expect.Gradients(x => x.BatchNorm().Output, Expect.Values([4, 3]));
        Expect.Gradients(xs => xs[0].BatchNorm(Tensor.From(0.1, 0.2), Tensor.From(0.5, 2), xs[1], xs[2]), Expect.Values([3, 2, 2], "x"), Expect.Values([2], "w"), Expect.Values([2], "b"));
    }

    [Fact]
    public void One_channel_of_single_values_is_normalised() => Expect.Close(
        Tensor.From(new[,] { { -1 / Math.Sqrt(1.00001) }, { 1 / Math.Sqrt(1.00001) } }), Tensor.From(new double[,] { { 2 }, { 4 } }).BatchNorm(Tensor.Ones<double>([1])).Output);

    [Fact]
    public void Shapes_that_do_not_fit_and_single_values_are_refused()
    {
        Tensor<double> x = Expect.Values([3, 2]);
        Expect.Throws<InvalidOperationException>("BatchNorm: 1 values a channel in input [1, 2]; training needs at least 2, otherwise use the running statistics.",
            () => Expect.Values([1, 2]).BatchNorm());
        Expect.Throws<ArgumentException>("BatchNorm: input [3]; expected [N, C] or [N, C, ..].", () => Expect.Values([3]).BatchNorm());
        Expect.Throws<ArgumentException>("BatchNorm: weight [3] and bias none; each must be [2].", () => x.BatchNorm(Expect.Values([3])));
        Expect.Throws<ArgumentException>("BatchNorm: mean [2] and variance [3] for input [3, 2]; each must be [2].",
            () => x.BatchNorm(Expect.Values([2]), Expect.Values([3]), null, null));
    }

    [Fact]
    public void A_batch_of_nothing_gives_nothing()
    {
        foreach (Shape shape in new Shape[] { new(0, 3), new(2, 3, 0) })
        {
            Tensor<double> x = Tensor.Zeros<double>(shape).RequireGradient(), w = Tensor.Ones<double>(3).RequireGradient(), b = Tensor.Zeros<double>(3).RequireGradient();
            Tensor<double> y = x.BatchNorm(w, b).Output;
            Assert.Equal(shape, y.Shape);
            y.Sum().Backward();
            Assert.Equal(shape, x.Gradient!.Shape);
            Assert.Equal([0.0, 0, 0], w.Gradient!.ToArray());
            Assert.Equal([0.0, 0, 0], b.Gradient!.ToArray());
            Assert.Equal(shape, Tensor.Zeros<double>(shape).BatchNorm().Output.Shape);
        }
    }
}
