using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class InitializerTests
{
    private static readonly Fan Fan = new(50, 200);

    public static TheoryData<string, double, double?> Laws => new()
    {
        { "KaimingNormal", 2.0 / 50, null },
        { "KaimingUniform", 2.0 / 50, Math.Sqrt(6.0 / 50) },
        { "XavierNormal", 2.0 / 250, null },
        { "XavierUniform", 2.0 / 250, Math.Sqrt(6.0 / 250) },
        { "LeCunNormal", 1.0 / 50, null },
        { "LeCunUniform", 1.0 / 50, Math.Sqrt(3.0 / 50) },
        { "FanInUniform", 1.0 / 150, Math.Sqrt(1.0 / 50) },
        { "Normal(0.3)", 0.09, null },
        { "Uniform(0.3)", 0.03, 0.3 },
        { "ScaledFanInUniform(2.4)", 2.4 * 2.4 / 150, 2.4 / Math.Sqrt(50) },
        { "KaimingNormal·0.5", 0.5 / 50, null },
    };

    private static readonly Dictionary<string, Initializer> ByName = new Initializer[]
    {
        Initializer.KaimingNormal, Initializer.KaimingUniform, Initializer.XavierNormal, Initializer.XavierUniform, Initializer.LeCunNormal, Initializer.LeCunUniform,
        Initializer.FanInUniform, Initializer.Normal(0.3), Initializer.Uniform(0.3), Initializer.ScaledFanInUniform(2.4), Initializer.KaimingNormal.WithGain(0.5),
    }.ToDictionary(initializer => initializer.ToString());

    [Theory]
    [MemberData(nameof(Laws))]
    public void Values_have_the_moments_and_bounds_of_their_law(string name, double variance, double? bound)
    {
        const int Count = 100_000;
        Tensor<double> x = Tensor.Zeros<double>(Count);
        ByName[name].Fill(x, Fan, RandomKey.Of(1));
        double[] values = x.ToArray();
        // Six standard errors of the mean and of the variance (of the normal, which has the larger one).
        Assert.InRange(values.Average(), -6 * Math.Sqrt(variance / Count), 6 * Math.Sqrt(variance / Count));
        Assert.InRange(values.Average(value => value * value) / variance, 1 - 6 * Math.Sqrt(2.0 / Count), 1 + 6 * Math.Sqrt(2.0 / Count));
        if (bound is { } limit)
        {
            Assert.InRange(values.Max(), 0.999 * limit, limit);
            Assert.InRange(values.Min(), -limit, -0.999 * limit);
        }
        else
        {
            Assert.True(values.Max() > 3.5 * Math.Sqrt(variance));
        }
    }

    [Fact]
    public void Constants_are_constant()
    {
        Tensor<float> x = Tensor.Zeros<float>(3);
        Initializer.Ones.Fill(x, default, RandomKey.Of(1));
        Assert.Equal([1f, 1f, 1f], x.ToArray());
        Initializer.Constant(2.5).WithGain(2).Fill(x, default, RandomKey.Of(1));
        Assert.Equal([5f, 5f, 5f], x.ToArray());
        Initializer.Zeros.Fill(x, default, RandomKey.Of(1));
        Assert.Equal([0f, 0f, 0f], x.ToArray());
        Initializer.Normal(0).Fill(x, default, RandomKey.Of(1));
        Assert.Equal([0f, 0f, 0f], x.ToArray());
    }

    [Fact]
    public void Orthogonal_rows_or_columns_are_orthonormal()
    {
        foreach (Shape shape in (Shape[])[[4, 9], [9, 4], [5, 5], [4, 2, 3, 3], [30, 2, 2], [7], [1, 1]])
        {
            Tensor<double> x = Tensor.Zeros<double>(shape);
            Initializer.Orthogonal.WithGain(3).Fill(x, default, RandomKey.Of(2));
            Tensor<double> matrix = x.Reshape(shape[0], -1);
            bool wide = matrix.Shape[0] <= matrix.Shape[1];
            Tensor<double> gram = wide ? matrix.MatMul(matrix.Transpose()) : matrix.Transpose().MatMul(matrix);
            Expect.Close(Tensor.Eye<double>(gram.Shape[0]) * 9, gram, 1e-14);
        }

        Initializer.Orthogonal.Fill(Tensor.Zeros<float>([0, 3]), default, RandomKey.Of(1));
    }

    [Fact]
    public void What_is_drawn_depends_on_the_key_and_the_position_alone()
    {
        foreach (Initializer initializer in (Initializer[])[Initializer.KaimingNormal, Initializer.FanInUniform, Initializer.Orthogonal])
        {
            Tensor<float> a = Tensor.Zeros<float>([6, 5]), b = Tensor.Zeros<float>([6, 5]), other = Tensor.Zeros<float>([6, 5]);
            initializer.Fill(a, Fan, RandomKey.Of(1).Fork("w"));
            initializer.Fill(other, Fan, RandomKey.Of(1).Fork("v"));
            initializer.Fill(b, Fan, RandomKey.Of(1).Fork("w"));
            Expect.Bitwise(a, b);
            Assert.NotEqual(a.ToArray(), other.ToArray());
        }
    }

    [Fact]
    public void Fans_of_zero_do_not_divide_by_zero()
    {
        Tensor<double> x = Tensor.Zeros<double>(10);
        foreach (Initializer initializer in ByName.Values)
        {
            initializer.Fill(x, default, RandomKey.Of(1));
            Assert.All(x.ToArray(), value => Assert.True(double.IsFinite(value)));
        }
    }

    [Fact]
    public void Spreads_that_are_none_are_refused()
    {
        foreach (double value in (double[])[-1, double.NaN, double.PositiveInfinity])
        {
            string message = $"Initializer: {value}; expected a finite number, at least 0.";
            Expect.Throws<ArgumentOutOfRangeException>(message, () => Initializer.Normal(value));
            Expect.Throws<ArgumentOutOfRangeException>(message, () => Initializer.Uniform(value));
            Expect.Throws<ArgumentOutOfRangeException>(message, () => Initializer.ScaledFanInUniform(value));
            Expect.Throws<ArgumentOutOfRangeException>(message, () => Initializer.Ones.WithGain(value));
        }
    }

    [Fact]
    public void Truncated_normals_stay_within_their_limit_and_keep_its_deviation()
    {
        Tensor<double> w = Tensor.Zeros<double>(40000);
        Initializer.TruncatedNormal(0.5).Fill(w, default, RandomKey.Of(3));
        double[] values = w.ToArray();
        Assert.True(values.Max() is > 0.99 and <= 1 && values.Min() is < -0.99 and >= -1);
        // The variance of a normal law cut at 2 deviations is 1 − 2·2φ(2) / (2Φ(2) − 1).
        double density = Math.Exp(-2) / Math.Sqrt(2 * Math.PI), inside = 0.9544997361036416;
        Assert.Equal(0.25 * (1 - 4 * density / inside), values.Sum(v => v * v) / values.Length, 0.005);
        Assert.Equal(0, values.Average(), 0.01);
        Tensor<double> again = Tensor.Zeros<double>(10);
        Initializer.TruncatedNormal(0.5).Fill(again, default, RandomKey.Of(3));
        Assert.Equal(values[..10], again.ToArray());
        Initializer.TruncatedNormal(1, limit: 0.5).WithGain(2).Fill(again, default, RandomKey.Of(3));
        Assert.All(again.ToArray(), v => Assert.InRange(v, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.TruncatedNormal(1, limit: 0.01));
    }
}
