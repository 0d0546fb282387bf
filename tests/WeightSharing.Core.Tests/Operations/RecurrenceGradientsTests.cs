using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

/// <summary>The products over all steps against a sum over the steps.</summary>
public class RecurrenceGradientsTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Every_gradient_is_the_sum_over_the_steps(bool reverse, bool own)
    {
        int steps = 4, batch = 3, hidden = 2;
        Operands o = Operands.Of("gru", steps, batch, 5, hidden, own);
        Tensor<double> gates = Expect.Values([steps, batch, 6], "gates"), last = Expect.Values([steps, batch, 2], "last"), states = Expect.Values([steps, batch, 2], "states");
        var operands = new RecurrenceOperands<double>(o.X, o.W, o.U, o.B, o.Q, o.H, null) { Reverse = reverse };
        Tensor<double> recurrent = Tensor.Concat<double>([gates.Slice(2, 0, 4), last], 2);

        Tensor<double> dx = Tensor.Zeros<double>(o.X.Shape), dw = Tensor.Zeros<double>(o.W.Shape), du = Tensor.Zeros<double>(o.U.Shape);
        for (int t = 0; t < steps; t++)
        {
            int first = reverse ? steps - 1 : 0, before = reverse ? t + 1 : t - 1;
            Tensor<double> state = t == first ? o.H : states.Select(0, before);
            dx.Select(0, t).CopyFrom(gates.Select(0, t).MatMul(own ? o.W.Select(0, t) : o.W));
            Tensor<double> w = own ? dw.Select(0, t) : dw, u = own ? du.Select(0, t) : du;
            w.CopyFrom(w + gates.Select(0, t).Transpose().MatMul(o.X.Select(0, t)));
            u.CopyFrom(u + recurrent.Select(0, t).Transpose().MatMul(state));
        }

        var gradients = new RecurrenceWeightGradients<double>(operands, gates, last);
        Expect.Close(dx, gradients.Inputs(operands));
        Expect.Close(dw, gradients.InputWeight());
        Expect.Close(du, gradients.RecurrentWeight(states.ToArray(), o.H));
        Expect.Close(gates.Sum(own ? [1] : [0, 1]), gradients.InputBias());
        Expect.Close(recurrent.Sum(own ? [1] : [0, 1]), gradients.RecurrentBias(gradients.InputBias()));
    }
}
