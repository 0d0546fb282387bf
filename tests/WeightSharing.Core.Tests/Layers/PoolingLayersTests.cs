using WeightSharing.Layers;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Layers;

public class PoolingLayersTests
{
    [Fact]
    public void Windows_are_those_of_the_operations()
    {
        Tensor<double> x = Expect.Values([2, 3, 7, 6]);
        Expect.Bitwise(x.MaxPool2d(2), new MaxPool2d<double>(2).Forward(x));
        Expect.Bitwise(x.MaxPool2d(3, 2, 1, 2, true), new MaxPool2d<double>(3, 2, 1, 2, true).Forward(x));
        Expect.Bitwise(x.AveragePool2d((2, 3)), new AveragePool2d<double>((2, 3)).Forward(x));
        Expect.Bitwise(x.AveragePool2d(3, 2, 1, true, false), new AveragePool2d<double>(3, 2, 1, true, false).Forward(x));
    }

    [Fact]
    public void Global_pools_leave_one_value_a_map()
    {
        Tensor<double> x = Expect.Values([2, 3, 4, 5]), max = new GlobalMaxPool<double>().Forward(x), mean = new GlobalAveragePool<double>().Forward(x);
        Assert.Equal(new Shape(2, 3), max.Shape);
        for (int i = 0; i < 6; i++)
        {
            double[] map = x.Select(0, i / 3).Select(0, i % 3).ToArray();
            Assert.Equal(map.Max(), max[i / 3, i % 3]);
            Assert.Equal(map.Average(), mean[i / 3, i % 3], 1e-15);
        }

        Assert.Equal(new Shape(2, 3), new GlobalMaxPool<double>().Forward(Expect.Values([2, 3, 7])).Shape);
        Expect.Gradients(new GlobalMaxPool<double>().Forward, Expect.Values([2, 2, 3]));
        Expect.Gradients(new GlobalAveragePool<double>().Forward, Expect.Values([2, 2, 2, 2]));
    }

    [Fact]
    public void Global_maxima_do_not_depend_on_where_they_lie()
    {
        Tensor<double> x = Expect.Values([1, 2, 4, 4]);
        Expect.Bitwise(new GlobalMaxPool<double>().Forward(x), new GlobalMaxPool<double>().Forward(x.Transpose()));
    }

    [Fact]
    public void Maps_need_a_spatial_dimension()
    {
        Expect.Throws<ArgumentException>(
            "GlobalMaxPool: input [2, 3]; expected [N, C, ..] with at least one spatial dimension.", () => new GlobalMaxPool<double>().Forward(Tensor.Zeros<double>([2, 3])));
        Expect.Throws<ArgumentException>(
            "GlobalAveragePool: input [2, 3]; expected [N, C, ..] with at least one spatial dimension.", () => new GlobalAveragePool<double>().Forward(Tensor.Zeros<double>([2, 3])));
    }

    [Fact]
    public void Windows_of_sequences_are_those_of_the_operations()
    {
        Tensor<double> x = Expect.Values([2, 3, 7]);
        Expect.Bitwise(x.MaxPool1d(3, 2, 1, 2, true), new MaxPool1d<double>(3, 2, 1, 2, true).Clone().Forward(x));
        Expect.Bitwise(x.AveragePool1d(3, 2, 1, true, false), new AveragePool1d<double>(3, 2, 1, true, false).Clone().Forward(x));
        Expect.Bitwise(x.MaxPool1d(2), new MaxPool1d<double>(2).Forward(x));
        Expect.Bitwise(x.AveragePool1d(2), new AveragePool1d<double>(2).Forward(x));
    }
}
