using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Peers.Works;

/// <summary>Gives layers the numbers that the peers have.</summary>
internal static class ParameterValues
{
    /// <summary>Sets the values; returns the leaf that gathers the gradient.</summary>
    public static Tensor<float> With(this Parameter<float> parameter, float[] values)
    {
        parameter.Set(Tensor.From(values, parameter.Shape));
        return parameter.Value;
    }
}
