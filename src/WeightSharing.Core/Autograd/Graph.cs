using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>The inside of recording, for operations that check before they make a node.</summary>
internal static class Graph
{
    /// <summary>True when an operation on this operand is to be recorded.</summary>
    public static bool Records<T>(Tensor<T> a)
        where T : unmanaged => a.RequiresGradient && Ambient.Current.Recording;

    /// <inheritdoc cref="Records{T}(Tensor{T})"/>
    public static bool Records<T>(Tensor<T> a, Tensor<T>? b)
        where T : unmanaged => (a.RequiresGradient || b is { RequiresGradient: true }) && Ambient.Current.Recording;

    /// <inheritdoc cref="Records{T}(Tensor{T})"/>
    public static bool Records<T>(Tensor<T> a, Tensor<T>? b, Tensor<T>? c)
        where T : unmanaged => (a.RequiresGradient || b is { RequiresGradient: true } || c is { RequiresGradient: true }) && Ambient.Current.Recording;

    /// <inheritdoc cref="Records{T}(Tensor{T})"/>
    public static bool Records<T>(ReadOnlySpan<Tensor<T>> operands)
        where T : unmanaged
    {
        if (!Ambient.Current.Recording) return false;
        foreach (Tensor<T> operand in operands)
        {
            if (operand.RequiresGradient) return true;
        }

        return false;
    }

    /// <summary>Attaches the node that made <paramref name="result"/>.</summary>
    public static Tensor<T> From<T>(this Tensor<T> result, Node<T> node)
        where T : unmanaged
    {
        node.Shape = result.Shape;
        result.Node = node;
        return result;
    }
}
