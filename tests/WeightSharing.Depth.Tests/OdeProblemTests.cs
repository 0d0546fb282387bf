using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class OdeProblemTests
{
    [Fact]
    public void Each_step_notes_its_uses_under_its_number()
    {
        var ode = new NeuralOde<double>(new LayerField<double>(Networks.Tanh(2, 2)), OdeSolver.RungeKutta4(3));
        ode.Initialize(1);
        ode.Forward(Networks.Values([1, 2]));
        Usage<double>[] usages = [.. ode.Parameters[0].Ledger.Usages];
        Assert.Equal([Site.Depth(0), Site.Depth(1), Site.Depth(2)], usages.Select(usage => usage.Site));
        Assert.All(usages, usage => Assert.Equal(4, usage.Count));
    }
}
