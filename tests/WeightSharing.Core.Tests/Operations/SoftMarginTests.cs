using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class SoftMarginTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_PyTorch()
    {
        Tensor<double> x = Tensor.From(0.5, 1, -0.2).RequireGradient(), loss = Loss.SoftMargin(x, Tensor.From(1.0, -1, -1), LossReduction.None);
        Expect.Close(Tensor.From(0.4740769841801067, 1.3132616875182228, 0.5981388693815918), loss, 1e-15);
        loss.Sum().Backward();
        Expect.Close(Tensor.From(-0.37754066879814546, 0.7310585786300049, 0.4501660026875221), x.Gradient!, 1e-15);

        x = Tensor.From(0.5, 1.2, -0.2).RequireGradient();
        loss = Loss.HingeEmbedding(x, Tensor.From(1.0, -1, -1), reduction: LossReduction.None);
        Expect.Close(Tensor.From(0.5, 0, 1.2), loss, 1e-15);
        loss.Sum().Backward();
        Assert.Equal([1.0, 0, -1], x.Gradient!.ToArray());

        x = Tensor.From(new[,] { { 0.5, 1.2, -0.2 }, { 0, 2, 1 } }).RequireGradient();
        loss = Loss.MultiLabelSoftMargin(x, Tensor.From(new double[,] { { 1, 0, 1 }, { 0, 1, 1 } }), Tensor.From(1, 2, 0.5), LossReduction.None);
        Expect.Close(Tensor.From(1.2665704511823217, 0.36787801546833393), loss, 1e-15);
        loss.Sum().Backward();
        Expect.Close(
            Tensor.From(new[,] { { -0.1258468895993818, 0.5123498556660118, -0.09163899955207966 }, { 0.16666666666666666, -0.0794686146814117, -0.04482357022833251 } }),
            x.Gradient!, 1e-15);
        Assert.Equal(0.4740769841801067f, Loss.SoftMargin(Tensor.From(0.5f), Tensor.From(1f)).Item(), 1e-6f);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor<double> labels = Tensor.From(1.0, -1, 1);
        Expect.Gradients((x, y) => Loss.SoftMargin(x, y, LossReduction.None), Expect.Values([2, 3]), Expect.Values([2, 3], "labels"));
        Expect.Gradients(x => Loss.HingeEmbedding(x, labels, 0.7, LossReduction.Sum), Tensor.From(0.3, 0.5, -0.4));
        Expect.Gradients(x => Loss.MultiLabelSoftMargin(x, labels.Square()), Expect.Values([3]));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Expect.Throws<ArgumentException>("SoftMargin:", () => Loss.SoftMargin(Expect.Values([2]), Expect.Values([3])));
        Expect.Throws<ArgumentException>("HingeEmbedding:", () => Loss.HingeEmbedding(Expect.Values([2]), Tensor.From(1.0, 0)));
        Expect.Throws<ArgumentException>("MultiLabelSoftMargin: logits [2, 3], weights [2]; expected [.., C] and [C].", () => Loss.MultiLabelSoftMargin(Expect.Values([2, 3]), Tensor.Ones<double>(2, 3), Tensor.From(1.0, 2)));
    }
}
