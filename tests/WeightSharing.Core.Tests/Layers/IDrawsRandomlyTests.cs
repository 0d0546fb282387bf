using WeightSharing.Layers;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

public sealed class IDrawsRandomlyTests
{
    [Fact]
    public void Key_and_draws_are_all_that_the_next_draw_follows_from()
    {
        var model = new Sequential<double>(new Dropout<double>(0.5), new Dropout<double>(0.3));
        model.Initialize(seed: 3);
        Tensor<double> x = Tensor.Ones<double>([4, 50]);
        model.Forward(x);
        var other = new Sequential<double>(new Dropout<double>(0.5), new Dropout<double>(0.3));
        for (int i = 0; i < 2; i++)
        {
            IDrawsRandomly from = (Dropout<double>)model[i], to = (Dropout<double>)other[i];
            Assert.Equal(1, from.Draws);
            (to.Key, to.Draws) = (from.Key, from.Draws);
        }

        for (int step = 0; step < 3; step++) Assert.Equal(model.Forward(x).ToArray(), other.Forward(x).ToArray());
    }
}
