using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Training;

/// <summary>y = x·Wᵀ: the smallest layer that learns, so that the tests need no layer assembly.</summary>
internal sealed class Linear : Layer<double>
{
    public Linear(int inputs, int outputs, Weight<double>? weight = null) =>
        Weight = Register("weight", weight ?? new Parameter<double>([outputs, inputs], Initializer.FanInUniform, new Fan(inputs, outputs)));

    public Weight<double> Weight { get; }

    public override Tensor<double> Forward(Tensor<double> input) => input.Linear(Weight.Use(), null);
}
