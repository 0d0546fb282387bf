// An operation with a gradient of its own, swish(x) = x·sigmoid(x), checked against differences and used in a Hessian-vector product.
// Inside the repository: dotnet run docs/examples/custom-operation.cs
// Outside it, put this line in place of the next: #:package WeightSharing@0.1.0
#:project ../../src/WeightSharing
using System.Numerics;
using WeightSharing.Autograd;
using WeightSharing.Tensors;

Tensor<double> x = Tensor.From(-2.0, 0.0, 2.0).RequireGradient();
Console.WriteLine(x.Swish());

GradCheckResult check = GradCheck.Verify(x => x.Swish(), [3, 4]);
Console.WriteLine($"gradient and second derivative agree with differences: {check.Error < 1e-6}");

Tensor<double> hessianTimesOnes = Gradient.HessianVectorProduct(x.Swish().Sum(), [x], [Tensor.Ones<double>(3)])[0];
Console.WriteLine(hessianTimesOnes);

public static class SwishOperation
{
    // y = x·σ(x)       ∂x += ∂y·(σ + y·(1 − σ))
    public static Tensor<T> Swish<T>(this Tensor<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (x.Detach() * x.Detach().Sigmoid()).RecordedBy(new SwishNode<T>(x));

    private sealed class SwishNode<T>(Tensor<T> x) : Node<T>(x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Saved<T> x = new(x);

        protected override void Backward(Tensor<T> dy, GradientSink to)
        {
            Tensor<T> gate = Recall(x).Sigmoid();
            to.Add(0, dy * (gate + Recall(x) * gate * (T.One - gate)));
        }
    }
}

// Prints:
// Tensor<double> [3]
// [-0.2384,       0,  1.7616]
// gradient and second derivative agree with differences: True
// Tensor<double> [3]
// [0.0501,    0.5, 0.0501]
