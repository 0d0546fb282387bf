using WeightSharing.Autograd;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

/// <summary>The recorded form of the recurrences against the fused one.</summary>
public class RecurrenceStepsTests
{
    [Fact]
    public void The_recorded_form_gives_the_values_of_the_fused_one()
    {
        foreach (bool own in (bool[])[false, true])
        {
            foreach (int[] lengths in (int[][])[[], [3, 0]])
            {
                foreach (bool reverse in (bool[])[false, true])
                {
                    Operands o = Operands.Of("lstm", 4, 2, 3, 5, own);
                    (Tensor<double> states, Tensor<double> cell) = o.X.LstmRecurrence(o.W, o.U, o.B, o.Q, o.H, o.C, lengths, reverse);
                    Expect.Close(
                        Tensor.Concat<double>([states, cell.Unsqueeze(0)], 0),
                        RecurrenceSteps.Run<double, LstmStep>(new(o.X, o.W, o.U, o.B, o.Q, o.H, o.C) { Lengths = lengths, Reverse = reverse, HasCell = true }), 1e-14);
                    o = Operands.Of("gru", 4, 2, 3, 5, own);
                    Expect.Close(
                        o.X.GruRecurrence(o.W, o.U, null, o.Q, null, lengths, reverse),
                        RecurrenceSteps.Run<double, GruStep>(new(o.X, o.W, o.U, null, o.Q, null, null) { Lengths = lengths, Reverse = reverse }), 1e-14);
                }
            }
        }
    }

    [Fact]
    public void Operands_that_are_not_there_leave_no_gap()
    {
        Operands o = Operands.Of("tanh", 2, 2, 2, 2);
        var some = new RecurrenceOperands<double>(o.X, o.W, o.U, null, o.Q, null, o.C);
        Assert.Equal([o.X, o.W, o.U, o.Q, o.C], some.Present);
        Assert.Equal((-1, 3, -1, 4), (some.IndexOf(some.InputBias, 3), some.IndexOf(some.RecurrentBias, 4), some.IndexOf(some.State, 5), some.IndexOf(some.Cell, 6)));
        RecurrenceOperands<double> same = some.With(some.Present);
        Assert.Equal((o.Q, o.C), (same.RecurrentBias, same.Cell));
        Assert.Null(same.InputBias);
        Assert.Null(same.State);
    }

    [Fact]
    public void Third_derivatives_exist()
    {
        Tensor<double> x = Expect.Values([3, 1, 1], "x").RequireGradient(), w = Expect.Values([1, 1], "w"), u = Expect.Values([1, 1], "u");
        Tensor<double> first = Gradient.Of(x.TanhRecurrence(w, u).Sum(), x, differentiable: true);
        Tensor<double> second = Gradient.Of((first * first).Sum(), x, differentiable: true);
        Tensor<double> third = Gradient.Of((second * second).Sum(), x);
        double Value(double step)
        {
            Tensor<double> moved = x.Detach().Copy();
            moved[1, 0, 0] += step;
            moved.RequireGradient();
            Tensor<double> slope = Gradient.Of(moved.TanhRecurrence(w, u).Sum(), moved, differentiable: true);
            Tensor<double> curve = Gradient.Of((slope * slope).Sum(), moved);
            return (curve * curve).Sum().Item();
        }

        Assert.Equal((Value(1e-5) - Value(-1e-5)) / 2e-5, third[1, 0, 0], 1e-6);
    }
}
