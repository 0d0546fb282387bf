using WeightSharing.Autograd;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Autograd;

public class GraphTests
{
    [Fact]
    public void An_operation_is_recorded_when_some_operand_wants_a_gradient()
    {
        Tensor<float> constant = Tensor.Ones<float>(1), leaf = Tensor.Ones<float>(1).RequireGradient();
        Assert.False(Graph.Records(constant));
        Assert.True(Graph.Records(leaf));
        Assert.True(Graph.Records(constant, leaf));
        Assert.True(Graph.Records(leaf, null));
        Assert.False(Graph.Records(constant, null));
        Assert.True(Graph.Records(constant, null, leaf));
        Assert.False(Graph.Records(constant, constant, null));
        Assert.True(Graph.Records([constant, constant, leaf]));
        Assert.False(Graph.Records([constant, constant]));
        using (NoGrad.Begin())
        {
            Assert.False(Graph.Records(leaf) || Graph.Records(leaf, leaf) || Graph.Records(leaf, leaf, leaf) || Graph.Records([leaf]));
        }
    }
}
