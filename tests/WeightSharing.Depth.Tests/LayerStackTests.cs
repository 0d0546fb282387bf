using WeightSharing.Autograd;
using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class LayerStackTests
{
    [Fact]
    public void All_shared_is_the_repeated_layer()
    {
        var stack = new LayerStack<double>(5, () => Networks.Tanh(3, 3), DepthSharing.All, residual: true);
        stack.Initialize(1);
        Tensor<double> x = Networks.Values([2, 3]);
        Assert.Equal(new Repeated<double>(stack[0], 5, residual: true).Forward(x).ToArray(), stack.Forward(x).ToArray());
        Assert.Equal(2, stack.Parameters.Count);
        Networks.PartsAddUp(stack, () => stack.Forward(x));
        Networks.IsCopied(stack, x);
    }

    [Fact]
    public void Patterns_share_layers_through_clones_and_gradients()
    {
        var stack = new LayerStack<double>(4, () => Networks.Tanh(3, 3), DepthSharing.Cyclic(2));
        stack.Initialize(1);
        Assert.Same(stack[0], stack[2]);
        Assert.Equal(4, stack.Parameters.Count);
        LayerStack<double> clone = stack.Clone();
        Assert.Same(clone[1], clone[3]);
        GradCheck.Verify(stack.Forward, [2, 3]);
    }

    [Fact]
    public void The_nearest_shared_stack_has_the_mean_layer_and_says_how_far_it_is()
    {
        var stack = new LayerStack<double>(3, () => Networks.Tanh(2, 2));
        stack.Initialize(1);
        Tensor<double>[] weights = [.. Enumerable.Range(0, 3).Select(k => stack.Parameters[$"{k}.0.weight"].Value.Detach())];
        LayerStackFit<double> fit = stack.ToShared(DepthSharing.All);
        Networks.Close((weights[0] + weights[1] + weights[2]) * (1 / 3.0), fit.Stack.Parameters["0.0.weight"].Value);
        double squares = stack.Parameters.Named.Sum(pair => Square((pair.Weight.Value - fit.Stack.Parameters["0" + pair.Name[1..]].Value).Norm().Item()));
        Assert.Equal(Math.Sqrt(squares), fit.Residual, 12);
        // There and back: nothing is lost once the layers agree.
        LayerStackFit<double> again = fit.Stack.ToShared(DepthSharing.None).Stack.ToShared(DepthSharing.All);
        Assert.Equal(0, again.Residual);
        Tensor<double> x = Networks.Values([2, 2]);
        Assert.Equal(fit.Stack.Forward(x).ToArray(), again.Stack.Forward(x).ToArray());
        static double Square(double value) => value * value;
    }
}
