using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class ConvolutionAlgorithmTests
{
    [Fact]
    public void Both_algorithms_agree_to_rounding()
    {
        Tensor<double> x = Expect.Values([2, 16, 9, 7], "x"), w = Expect.Values([20, 16, 3, 3], "w"), b = Expect.Values([20], "b");
        Expect.Close(x.Conv2d(w, b, padding: 1, algorithm: ConvolutionAlgorithm.Direct), x.Conv2d(w, b, padding: 1), 1e-13);
        Tensor<float> single = x.To<float>(), weight = w.To<float>();
        Expect.Close(
            single.To<double>().Conv2d(weight.To<double>(), padding: 1, algorithm: ConvolutionAlgorithm.Direct), single.Conv2d(weight, padding: 1).To<double>(), 1e-5);
        Tensor<double> y = Expect.Values([2, 20, 9, 7], "y");
        Expect.Close(y.ConvTranspose2d(w, padding: 1, algorithm: ConvolutionAlgorithm.Direct), y.ConvTranspose2d(w, padding: 1), 1e-13);
    }

    [Fact]
    public void Direct_sums_do_not_depend_on_the_place()
    {
        Tensor<float> window = Expect.Values([1, 16, 3, 3]).To<float>(), x = Tensor.Zeros<float>([1, 16, 12, 12]), w = Expect.Values([16, 16, 3, 3], "w").To<float>();
        for (int i = 0; i < 12; i += 3)
        {
            for (int j = 0; j < 12; j += 3) x[.., .., i..(i + 3), j..(j + 3)].CopyFrom(window);
        }

        Tensor<float> y = x.Conv2d(w, stride: 1, algorithm: ConvolutionAlgorithm.Direct);
        for (int i = 0; i < 10; i += 3)
        {
            for (int j = 0; j < 10; j += 3) Expect.Bitwise(y[.., .., ..1, ..1], y[.., .., i..(i + 1), j..(j + 1)]);
        }
    }

    [Fact]
    public void What_is_not_finite_stays_in_its_windows_when_sums_are_direct()
    {
        Tensor<float> x = Tensor.Ones<float>([1, 16, 8, 8]), w = Expect.Values([16, 16, 3, 3], "w").To<float>();
        x[0, 3, 0, 0] = float.NaN;
        Tensor<float> y = x.Conv2d(w, algorithm: ConvolutionAlgorithm.Direct);
        Assert.Equal(16, y.ToArray().Count(float.IsNaN));
        Assert.InRange(x.Conv2d(w).ToArray().Count(float.IsNaN), 16, 16 * 16);
    }

    [Fact]
    public void Gradients_are_right_to_second_order_by_both()
    {
        foreach (ConvolutionAlgorithm algorithm in Enum.GetValues<ConvolutionAlgorithm>())
        {
            Tensor<double> x = Expect.Values([1, 12, 3, 3], "x").RequireGradient(), w = Expect.Values([12, 12, 3, 3], "w").RequireGradient();
            Tensor<double> seed = Expect.Values([1, 12, 3, 3], "seed");
            Tensor<double> y = x.Conv2d(w, padding: 1, algorithm: algorithm);
            Tensor<double>[] first = Gradient.Of(y, [x, w], seed, differentiable: true);
            Tensor<double> second = Gradient.Of((first[0] * first[0]).Sum(), w);

            // The same through products of unfolded windows.
            Tensor<double> x2 = x.Detach().RequireGradient(), w2 = w.Detach().RequireGradient();
            Tensor<double> y2 = w2.Reshape(12, 108).MatMul(x2.Unfold(3, padding: 1)).Reshape(1, 12, 3, 3);
            Tensor<double>[] first2 = Gradient.Of(y2, [x2, w2], seed, differentiable: true);
            Expect.Close(y2, y, 1e-13);
            Expect.Close(first2[0], first[0], 1e-13);
            Expect.Close(first2[1], first[1], 1e-13);
            Expect.Close(Gradient.Of((first2[0] * first2[0]).Sum(), w2), second, 1e-12);
        }
    }
}
