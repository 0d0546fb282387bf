using System.Numerics;
using WeightSharing.Autograd;

namespace WeightSharing.Tensors;

/// <summary>What makes a tensor part of a differentiable computation.</summary>
public static class Differentiation
{
    extension<T>(Tensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>
        /// Σ of the gradients that backward passes have brought to this leaf since <see cref="ZeroGradient{T}"/>; null when none has arrived,
        /// and for tensors that are not leaves.
        /// </summary>
        public Tensor<T>? Gradient => (tensor.Node as Leaf<T>)?.Gradient;

        /// <summary>Makes the tensor a leaf that gathers its gradient; returns it.</summary>
        /// <exception cref="InvalidOperationException">The tensor was computed from others that require gradients.</exception>
        public Tensor<T> RequireGradient()
        {
            switch (tensor.Node)
            {
                case null:
                    tensor.Node = new Leaf<T>(tensor.Shape);
                    break;
                case Leaf<T> leaf:
                    leaf.Frozen = false;
                    break;
                default:
                    throw new InvalidOperationException(
                        $"RequireGradient: the tensor {tensor.Shape} was computed by {tensor.Node.Name} and has gradients already; call it on a leaf, or on Detach().");
            }

            return tensor;
        }

        /// <summary>Forgets the gradient gathered so far.</summary>
        public void ZeroGradient() => (tensor.Node as Leaf<T>)?.Zero();

        /// <summary>
        /// Adds ∂tensor/∂x · seed to the gradient of every leaf x that the tensor was computed from. Gradients accumulate.
        /// </summary>
        /// <param name="retainGraph">Keeps the graph for another pass; otherwise it is given up.</param>
        /// <exception cref="InvalidOperationException">
        /// The tensor is no scalar, requires no gradient, its graph was given up, or an operand was changed after the forward pass.
        /// </exception>
        public void Backward(bool retainGraph = false) => tensor.Backward(Seed(tensor), retainGraph);

        /// <summary>As <see cref="Backward{T}(Tensor{T}, bool)"/>, from a tensor of any shape with this gradient at it.</summary>
        /// <param name="gradient">The gradient at this tensor, of its shape.</param>
        /// <param name="retainGraph">Keeps the graph for another pass.</param>
        /// <exception cref="ArgumentException">The gradient has another shape.</exception>
        public void Backward(Tensor<T> gradient, bool retainGraph = false)
        {
            ArgumentNullException.ThrowIfNull(gradient);
            Node<T> node = RequiredNode(tensor, "Backward");
            CheckSeed("Backward", tensor, gradient);
            new BackwardPass(retainGraph, differentiable: false).Run(node, gradient);
        }

        /// <summary>Attaches a recorded operation to the tensor that it made, unless nothing is recorded now; returns the tensor.</summary>
        /// <param name="node">The operation, which knows its operands.</param>
        /// <exception cref="InvalidOperationException">The tensor has a history already.</exception>
        public Tensor<T> RecordedBy(Node<T> node)
        {
            ArgumentNullException.ThrowIfNull(node);
            if (tensor.Node is not null)
            {
                throw new InvalidOperationException($"RecordedBy: the tensor {tensor.Shape} was recorded by {tensor.Node.Name} already; return a new tensor from an operation.");
            }

            return node.HasOperands && Ambient.Current.Recording ? tensor.From(node) : tensor;
        }
    }

    internal static Node<T> RequiredNode<T>(Tensor<T> tensor, string operation)
        where T : unmanaged => tensor.RequiresGradient
        ? (Node<T>)tensor.Node!
        : throw new InvalidOperationException(
            $"{operation}: the tensor {tensor.Shape} does not depend on anything that requires a gradient; call RequireGradient() on the leaves, and check that no NoGrad or Detach() lies between.");

    internal static Tensor<T> Seed<T>(Tensor<T> tensor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tensor.Count == 1
        ? Tensor.Ones<T>(tensor.Shape)
        : throw new InvalidOperationException(
            $"Backward: the tensor {tensor.Shape} has {tensor.Count} elements; without a gradient only a scalar can start a backward pass. Reduce it first (Sum, Mean), or pass the gradient at it.");

    internal static void CheckSeed<T>(string operation, Tensor<T> tensor, Tensor<T> gradient)
        where T : unmanaged
    {
        if (gradient.Shape != tensor.Shape)
        {
            throw new ArgumentException($"{operation}: the gradient has shape {gradient.Shape}, the tensor {tensor.Shape}; they must be equal.", nameof(gradient));
        }
    }
}
