using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class CtcTests
{
    private static readonly Tensor<int> Targets = Tensor.From(new[,] { { 1, 2, 2 }, { 3, 1, 0 }, { 2, 0, 0 } });
    private static readonly Tensor<int> Steps = Tensor.From(5, 4, 3), Labels = Tensor.From(3, 2, 0);

    // Five steps of three sequences over four classes.
    private static Tensor<double> Logits => (Tensor.Arange<double>(60) * 0.7).Sin().Reshape(5, 3, 4) * 2;

    [Fact]
    public void Values_are_those_of_PyTorch()
    {
        Tensor<double> x = Logits.LogSoftmax(-1);
        Expect.Close(Tensor.From(7.551090127290006, 1.5075412296952972, 5.354762302877638), Loss.Ctc(x, Targets, Steps, Labels, reduction: LossReduction.None), 1e-14);
        Assert.Equal(14.41339365986294, Loss.Ctc(x, Targets, Steps, Labels, reduction: LossReduction.Sum).Item(), 1e-12);
        Assert.Equal(2.875187653385096, Loss.Ctc(x, Targets, Steps, Labels).Item(), 1e-13);
        Assert.Equal(2.875187653385096, Loss.Ctc(x.To<float>(), Targets, Steps, Labels).Item(), 1e-5);
        // The sequences one after another, and one sequence with the last class as the blank.
        Expect.Close(
            Tensor.From(5.545143084884012, 6.6895131571152655, 6.473609859796981),
            Loss.Ctc(x, Tensor.From(1, 1, 1), Tensor.From(5, 5, 5), Tensor.From(1, 1, 1), reduction: LossReduction.None), 1e-14);
        Tensor<double> one = Loss.Ctc(x.Select(1, 0), Tensor.From(0, 1), Tensor.Scalar(5), Tensor.Scalar(2), blank: 3, LossReduction.None);
        Assert.Equal(0, one.Rank);
        Assert.Equal(3.6563199135365387, one.Item(), 1e-13);
    }

    [Fact]
    public void Gradients_by_the_logits_are_those_of_PyTorch()
    {
        Tensor<double> logits = Logits.RequireGradient();
        Loss.Ctc(logits.LogSoftmax(-1), Targets, Steps, Labels).Backward();
        double[] expected =
        [
            0.004536685000549127, -0.08614242429400215, 0.04576593132420355, 0.035839807969249474, -0.03640941328802251, 0.029884484060728786,
            0.010546081071800844, -0.004021151844507116, -0.3256370999631847, 0.028131560996116967, 0.10121404275722103, 0.19629149620984668,
            0.05658601412602435, 0.01755011406918177, -0.07650628840210284, 0.0023701602068967225, 0.003788676778650931, 0.00806894585670073,
            0.033527189413521695, -0.04538481204887336, -0.17195525369382014, 0.12078702655033682, 0.04080366618433617, 0.010364560959147156,
            -0.0704548981825161, 0.009200946514824119, -0.010368152758555148, 0.07162210442624714, 0.0197479609714294, -0.07716876742647899,
            0.048541449643384756, 0.008879356811664832, -0.19241427109742926, 0.052087361068289685, 0.044687783908050595, 0.09563912612108898,
            -0.023462461962499178, 0.025170057975654508, -0.03455857601763039, 0.03285098000447506, 0.0015179534244104747, -0.022391757650533084,
            0.01111581778561057, 0.00975798644051204, 0, 0, 0, 0, 0.002918979686906823, 0.025045145845574334, -0.03040408644758918, 0.002439960915108024,
            0, 0, 0, 0, 0, 0, 0, 0,
        ];
        Expect.Close(expected, logits.Gradient!.ToArray(), 1e-14);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => Loss.Ctc(x, Targets, Steps, Labels, reduction: LossReduction.None), Logits.LogSoftmax(-1));
        Expect.Gradients(x => Loss.Ctc(x, Tensor.From(2, 2), Tensor.Scalar(3), Tensor.Scalar(2)), Expect.Values([4, 3]));
    }

    [Fact]
    public void The_probability_is_the_sum_over_all_paths_that_spell_the_labels()
    {
        Tensor<double> x = Expect.Values([4, 3]).LogSoftmax(-1);
        double sum = 0;
        for (int path = 0; path < 81; path++)
        {
            int[] classes = [path % 3, path / 3 % 3, path / 9 % 3, path / 27];
            int[] spelled = [.. classes.Where((c, t) => c != 0 && (t == 0 || classes[t - 1] != c))];
            if (spelled.SequenceEqual([1, 1])) sum += Math.Exp(classes.Select((c, t) => x[t, c]).Sum());
        }

        Assert.Equal(-Math.Log(sum), Loss.Ctc(x, Tensor.From(1, 1), Tensor.Scalar(4), Tensor.Scalar(2), reduction: LossReduction.Sum).Item(), 1e-13);
    }

    [Fact]
    public void Labels_without_an_alignment_cost_infinity_and_have_no_gradient()
    {
        Tensor<double> x = Logits.LogSoftmax(-1).Slice(1, 0, 1).Detach().RequireGradient();
        Tensor<int> four = Tensor.From(new[,] { { 1, 1, 1, 1 } });
        Tensor<double> loss = Loss.Ctc(x, four, Tensor.From(5), Tensor.From(4), reduction: LossReduction.None);
        Assert.Equal([double.PositiveInfinity], loss.ToArray());
        loss.Sum().Backward();
        Assert.All(x.Gradient!.ToArray(), g => Assert.Equal(0, g));
        Assert.Equal(0, Loss.Ctc(x, four, Tensor.From(5), Tensor.From(4), zeroInfinity: true).Item());
        Assert.Equal([0.0], Loss.Ctc(x, four, Tensor.From(0), Tensor.From(0), reduction: LossReduction.None).ToArray());
        Assert.Equal([double.PositiveInfinity], Loss.Ctc(x, four, Tensor.From(0), Tensor.From(1), reduction: LossReduction.None).ToArray());
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Tensor<double> x = Logits;
        Expect.Throws<ArgumentException>("Ctc: input lengths [2] for log-probabilities [5, 3, 4];", () => Loss.Ctc(x, Targets, Tensor.From(1, 2), Labels));
        Expect.Throws<ArgumentException>("Ctc: target lengths [2] for log-probabilities [5, 3, 4];", () => Loss.Ctc(x, Targets, Steps, Tensor.From(1, 2)));
        Expect.Throws<ArgumentException>(
            "Ctc: targets [3, 3] with lengths [4, 2, 0], log-probabilities [5, 3, 4] with lengths [5, 4, 3];", () => Loss.Ctc(x, Targets, Steps, Tensor.From(4, 2, 0)));
        Expect.Throws<ArgumentException>("Ctc: targets [3, 3] with lengths [3, 2, 0], log-probabilities [5, 3, 4] with lengths [6, 4, 3];", () => Loss.Ctc(x, Targets, Tensor.From(6, 4, 3), Labels));
        Expect.Throws<ArgumentOutOfRangeException>("Ctc: label 0 of sequence 1; expected 0 to 3, and not the blank 0.", () => Loss.Ctc(x, Targets, Steps, Tensor.From(3, 3, 0)));
        Expect.Throws<ArgumentOutOfRangeException>("Ctc: blank 4 of 4 classes.", () => Loss.Ctc(x, Targets, Steps, Labels, blank: 4));
    }
}
