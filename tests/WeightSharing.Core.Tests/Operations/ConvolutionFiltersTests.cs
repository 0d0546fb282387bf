using System.Runtime.CompilerServices;
using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

/// <summary>Filters kept with a parameter: used again while it stays as it is, never after it changed.</summary>
public class ConvolutionFiltersTests
{
    private static readonly Tensor<float> X = Expect.Values([2, 16, 6, 6], "x").To<float>();

    [Fact]
    public void Constant_weights_are_transformed_once()
    {
        Parameter<float> parameter = New("w");
        using (NoGrad.Begin())
        {
            Tensor<float> first = X.Conv2d(parameter.Value, padding: 1);
            Assert.Equal(0, Kept(parameter));
            Expect.Bitwise(first, X.Conv2d(parameter.Value, padding: 1));
            Assert.Equal(Simd.Chosen == SimdVariant.Reference ? 0 : 1, Kept(parameter));
            object? entry = parameter.Value.Storage.Derived;
            Expect.Bitwise(first, X.Conv2d(parameter.Value, padding: 1));
            Assert.Same(entry, parameter.Value.Storage.Derived);

            // Both directions of one buffer have filters of their own.
            Tensor<float> transposed = X.ConvTranspose2d(parameter.Value, padding: 1);
            Expect.Bitwise(transposed, X.ConvTranspose2d(parameter.Value, padding: 1));
            Expect.Bitwise(first, X.Conv2d(parameter.Value, padding: 1));
            Assert.Equal(Simd.Chosen == SimdVariant.Reference ? 0 : 2, Kept(parameter));
        }
    }

    [Fact]
    public void One_weight_may_have_several_strides()
    {
        Parameter<float> parameter = New("w");
        Tensor<float> plain = X.Conv2d(parameter.Value.Copy(), padding: 1), strided = X.Conv2d(parameter.Value.Copy(), stride: 2, padding: 1);
        using (NoGrad.Begin())
        {
            foreach (int stride in (int[])[1, 1, 2, 2, 2, 1, 2, 1, 1, 1])
                Expect.Bitwise(stride == 1 ? plain : strided, X.Conv2d(parameter.Value, stride: stride, padding: 1));
        }
    }

    [Fact]
    public void No_mutation_goes_unnoticed()
    {
        Parameter<float> parameter = New("w");
        Action[] mutations =
        [
            () => parameter.Set(Weights("other")),
            () => parameter.Value.Fill(0.5f),
            () => parameter.Value[0, 0, 0, 0] = 7,
            () => parameter.Value.CopyFrom(Weights("third")),
            () => parameter.Value[..1].CopyFrom(Weights("fourth")[..1]),
            () => parameter.Value.AsSpan()[5] = -3,
        ];
        using (NoGrad.Begin())
        {
            foreach (Action mutation in mutations)
            {
                for (int i = 0; i < 3; i++) X.Conv2d(parameter.Value, padding: 1);
                mutation();
                Expect.Bitwise(X.Conv2d(parameter.Value.Copy(), padding: 1), X.Conv2d(parameter.Value, padding: 1));
            }
        }
    }

    [Fact]
    public void Weights_that_a_span_may_change_are_never_kept()
    {
        Parameter<float> parameter = New("w");
        Span<float> span = parameter.Value.AsSpan();
        using (NoGrad.Begin())
        {
            for (int i = 0; i < 3; i++)
            {
                span[i] = 10 + i;
                Expect.Bitwise(X.Conv2d(parameter.Value.Copy(), padding: 1), X.Conv2d(parameter.Value, padding: 1));
            }
        }

        Assert.Null(parameter.Value.Storage.Derived);
    }

    [Fact]
    public void Learning_gives_up_what_was_kept()
    {
        Parameter<float> parameter = New("w");
        using (NoGrad.Begin())
        {
            for (int i = 0; i < 2; i++) X.Conv2d(parameter.Value, padding: 1);
        }

        parameter.Set(Weights("other"));
        Tensor<float> y = X.Conv2d(parameter.Value, padding: 1);
        Assert.Null(parameter.Value.Storage.Derived);
        y.Sum().Backward();
        Assert.Null(parameter.Value.Storage.Derived);
    }

    [Fact]
    public void Tensors_that_are_not_parameters_keep_nothing()
    {
        Tensor<float> weight = Weights("w");
        for (int i = 0; i < 3; i++) X.Conv2d(weight, padding: 1);
        Assert.Null(weight.Storage.Derived);
        Parameter<float> parameter = New("w");
        using (NoGrad.Begin())
        {
            for (int i = 0; i < 3; i++) X.Conv2d(parameter.Value[..12], padding: 1);
        }

        Assert.Null(parameter.Value.Storage.Derived);
    }

    [Fact]
    public void What_is_kept_goes_with_the_parameter()
    {
        WeakReference kept = Use();
        for (int i = 0; i < 10 && kept.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(kept.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Use()
        {
            Parameter<float> parameter = New("w");
            using (NoGrad.Begin())
            {
                for (int i = 0; i < 3; i++) X.Conv2d(parameter.Value, padding: 1);
            }

            return new WeakReference(parameter.Value.Storage.Derived);
        }
    }

    [Fact]
    public void Many_threads_may_infer_with_one_weight()
    {
        Parameter<float> parameter = New("w");
        Tensor<float> expected = X.Conv2d(parameter.Value.Copy(), padding: 1);
        Parallel.For(0, 32, _ =>
        {
            using (NoGrad.Begin()) Expect.Bitwise(expected, X.Conv2d(parameter.Value, padding: 1));
        });
    }

    private static Tensor<float> Weights(string name) => Expect.Values([16, 16, 3, 3], name).To<float>();

    private static Parameter<float> New(string name) => new(Weights(name));

    private static int Kept(Parameter<float> parameter) => ((ConvolutionFilters<float>?)parameter.Value.Storage.Derived)?.Count ?? 0;
}
