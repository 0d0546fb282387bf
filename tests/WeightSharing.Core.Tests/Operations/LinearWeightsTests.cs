using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

/// <summary>Weights packed for products: used again while they stay as they are, never after they changed.</summary>
public class LinearWeightsTests
{
    private static readonly Tensor<float> X = Expect.Values([40, 70], "x").To<float>();

    [Fact]
    public void Constant_weights_are_packed_at_their_second_use()
    {
        Parameter<float> parameter = New();
        using (NoGrad.Begin())
        {
            Tensor<float> first = X.Linear(parameter.Value);
            Assert.False(IsPacked(parameter));
            Expect.Bitwise(first, X.Linear(parameter.Value));
            Assert.Equal(Simd.Chosen != SimdVariant.Reference, IsPacked(parameter));
            object? entry = parameter.Value.Storage.Derived;
            Expect.Bitwise(first, X.Linear(parameter.Value));
            Assert.Same(entry, parameter.Value.Storage.Derived);
            Expect.Bitwise(X[..30].Linear(parameter.Value.Copy()), X[..30].Linear(parameter.Value));
        }
    }

    [Fact]
    public void No_mutation_goes_unnoticed()
    {
        Parameter<float> parameter = New();
        Action[] mutations =
        [
            () => parameter.Set(Weights("other")),
            () => parameter.Value.Fill(0.5f),
            () => parameter.Value[0, 0] = 7,
            () => parameter.Value.CopyFrom(Weights("third")),
            () => parameter.Value[..1].CopyFrom(Weights("fourth")[..1]),
            () => parameter.Value.AsSpan()[5] = -3,
        ];
        using (NoGrad.Begin())
        {
            foreach (Action mutation in mutations)
            {
                for (int i = 0; i < 3; i++) X.Linear(parameter.Value);
                mutation();
                Expect.Bitwise(X.Linear(parameter.Value.Copy()), X.Linear(parameter.Value));
            }
        }
    }

    [Fact]
    public void Learning_gives_up_what_was_kept()
    {
        Parameter<float> parameter = New();
        using (NoGrad.Begin())
        {
            for (int i = 0; i < 2; i++) X.Linear(parameter.Value);
        }

        parameter.Set(Weights("other"));
        X.Linear(parameter.Value).Sum().Backward();
        Assert.Null(parameter.Value.Storage.Derived);
    }

    [Fact]
    public void Transposed_weights_and_views_are_not_kept()
    {
        Parameter<float> parameter = New();
        using (NoGrad.Begin())
        {
            Tensor<float> y = Expect.Values([40, 50], "y").To<float>();
            for (int i = 0; i < 3; i++) Expect.Bitwise(y.Linear(parameter.Value.Copy().Transpose()), y.Linear(parameter.Value.Transpose()));
            for (int i = 0; i < 3; i++) Expect.Bitwise(X.Linear(parameter.Value.Copy()[..40]), X.Linear(parameter.Value[..40]));
        }

        Assert.Null(parameter.Value.Storage.Derived);
    }

    private static Tensor<float> Weights(string name) => Expect.Values([50, 70], name).To<float>();

    private static Parameter<float> New() => new(Weights("w"));

    private static bool IsPacked(Parameter<float> parameter) => parameter.Value.Storage.Derived is LinearWeights<float> { IsPacked: true };
}
