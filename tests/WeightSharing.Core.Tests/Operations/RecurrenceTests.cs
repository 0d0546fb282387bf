using WeightSharing.Autograd;
using WeightSharing.Kernels;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class RecurrenceTests
{
    private delegate Tensor<double> Run(
        Tensor<double> x, Tensor<double> w, Tensor<double> u, Tensor<double>? b = null, Tensor<double>? q = null, Tensor<double>? h = null, Tensor<double>? c = null,
        int[]? lengths = null, bool reverse = false);

    public static TheoryData<string> Kinds => ["tanh", "relu", "lstm", "gru"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Values_equal_loops_over_the_units(string kind)
    {
        foreach ((int steps, int batch, int inputs, int hidden) in ((int, int, int, int)[])[(1, 1, 1, 1), (4, 3, 2, 5), (3, 20, 4, 9), (2, 2, 3, 33)])
        {
            Operands o = Operands.Of(kind, steps, batch, inputs, hidden);
            foreach (bool reverse in (bool[])[false, true])
            {
                int[] lengths = [.. Enumerable.Range(0, batch).Select(n => n % (steps + 1))];
                foreach (int[]? some in (int[]?[])[null, lengths])
                {
                    Tensor<double> expected = Loop(kind, o, some, reverse);
                    Expect.Close(expected, Of(kind)(o.X, o.W, o.U, o.B, o.Q, o.H, o.C, some, reverse), 1e-13);
                    Expect.Close(expected, Of(kind)(
                        Expect.Strided(o.X), Expect.Strided(o.W), Expect.Strided(o.U), Expect.Strided(o.B), Expect.Strided(o.Q), Expect.Strided(o.H), Expect.Strided(o.C),
                        some, reverse), 1e-13);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_are_right_to_second_order(string kind)
    {
        Operands o = Operands.Of(kind, 3, 2, 2, 2);
        Run f = Of(kind);
        Expect.Gradients(xs => f(xs[0], xs[1], xs[2], xs[3], xs[4], xs[5], xs[6]), o.X, o.W, o.U, o.B, o.Q, o.H, o.C);
        Expect.Gradients(xs => f(xs[0], xs[1], xs[2], reverse: true, lengths: [2, 3]), o.X, o.W, o.U);
        Expect.Gradients(xs => f(xs[0], xs[1], xs[2], q: xs[3], lengths: [0, 1]), o.X, o.W, o.U, o.Q);
        // One tensor in every place that it fits.
        if (kind is "tanh") Expect.Gradients(xs => f(xs[0], xs[1], xs[1], xs[2], xs[2], xs[3], xs[3]), o.X, o.U, o.B, o.H);
    }

    // Weights of a step's own that are one weight seen at every step: computed with as one, with gradients step by step.
    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_weight_seen_at_every_step_has_a_gradient_at_every_step(string kind)
    {
        Operands o = Operands.Of(kind, 4, 3, 2, 2);
        Run f = Of(kind);
        Tensor<double>[] leaves = [.. new[] { o.X, o.W, o.U, o.B, o.Q }.Select(value => value.Copy().RequireGradient())];
        Tensor<double> EveryStep(Tensor<double> values) => values.Unsqueeze(0).BroadcastTo(values.Shape.Insert(0, 4));
        foreach ((bool reverse, int[]? lengths) in ((bool, int[]?)[])[(false, null), (true, [2, 0, 4])])
        {
            Tensor<double>[] seen = [.. leaves[1..].Select(EveryStep)], own = [.. leaves[1..].Select(leaf => Tensor.Stack<double>([leaf, leaf, leaf, leaf]))];
            Tensor<double> y = f(leaves[0], seen[0], seen[1], seen[2], seen[3], lengths: lengths, reverse: reverse), z = f(leaves[0], own[0], own[1], own[2], own[3], lengths: lengths, reverse: reverse);
            Expect.Close(z, y, 1e-14);
            Tensor<double> dy = Expect.Values(y.Shape, "dy");
            Tensor<double>[] expected = Gradient.Of(z, [leaves[0], .. own], dy), actual = Gradient.Of(y, [leaves[0], .. seen], dy);
            for (int i = 0; i < expected.Length; i++) Expect.Close(expected[i], actual[i], 1e-13);
        }

        Expect.Gradients(xs => f(xs[0], EveryStep(xs[1]), EveryStep(xs[2]), EveryStep(xs[3]), EveryStep(xs[4])), o.X, o.W, o.U, o.B!, o.Q!);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Steps_with_weights_of_their_own_have_gradients_of_their_own(string kind)
    {
        Operands o = Operands.Of(kind, 3, 2, 2, 2), own = Operands.Of(kind, 3, 2, 2, 2, own: true);
        Run f = Of(kind);
        Expect.Gradients(xs => f(xs[0], xs[1], xs[2], xs[3], xs[4], xs[5], xs[6]), own.X, own.W, own.U, own.B, own.Q, own.H, own.C);
        Expect.Gradients(xs => f(xs[0], xs[1], xs[2], reverse: true, lengths: [2, 3]), own.X, own.W, own.U);

        // Equal weights at every step are the shared ones, and their gradients add up to the shared one.
        Tensor<double>[] shared = [.. new[] { o.W, o.U, o.B, o.Q }.Select(x => x.Detach().RequireGradient())];
        Tensor<double>[] spread = [.. shared.Select(x => x.Detach().Unsqueeze(0).BroadcastTo(new Shape(3).Concat(x.Shape)).Copy().RequireGradient())];
        Tensor<double> once = f(o.X, shared[0], shared[1], shared[2], shared[3]), each = f(o.X, spread[0], spread[1], spread[2], spread[3]);
        Expect.Close(once, each, 1e-14);
        Tensor<double> seed = Expect.Values(once.Shape, "seed");
        Tensor<double>[] whole = Gradient.Of(once, shared, seed), parts = Gradient.Of(each, spread, seed);
        for (int i = 0; i < whole.Length; i++) Expect.Close(whole[i], parts[i].Sum(0), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Second_derivatives_by_Hessian_products_are_the_central_differences(string kind)
    {
        Operands o = Operands.Of(kind, 4, 2, 2, 3);
        Tensor<double> direction = Expect.Values(o.U.Shape, "direction");
        Tensor<double> Slope(Tensor<double> u)
        {
            Tensor<double> leaf = u.Detach().RequireGradient(), y = Of(kind)(o.X, o.W, leaf, o.B, o.Q);
            return Gradient.Of((y * y).Sum(), leaf);
        }

        Tensor<double> weight = o.U.Detach().RequireGradient(), result = Of(kind)(o.X, o.W, weight, o.B, o.Q);
        Tensor<double> product = Gradient.HessianVectorProduct((result * result).Sum(), [weight], [direction])[0];
        Expect.Close((Slope(o.U + direction * 1e-5) - Slope(o.U - direction * 1e-5)) / 2e-5, product, 1e-7);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_stands_beyond_the_end_of_a_sequence_does_not_count(string kind)
    {
        Operands o = Operands.Of(kind, 5, 3, 2, 4);
        foreach (bool reverse in (bool[])[false, true])
        {
            Tensor<double> other = o.X.Copy();
            for (int t = 2; t < 5; t++) other[t, 1, 0] = 1e6;
            Tensor<double>[] a = Gradients(o.X), b = Gradients(other);
            for (int i = 0; i < a.Length; i++) Expect.Bitwise(a[i], b[i]);

            Tensor<double>[] Gradients(Tensor<double> x)
            {
                Tensor<double>[] leaves = [x.Detach().RequireGradient(), .. new[] { o.W, o.U, o.B, o.Q, o.H, o.C }.Select(p => p.Detach().RequireGradient())];
                Tensor<double> y = Of(kind)(leaves[0], leaves[1], leaves[2], leaves[3], leaves[4], leaves[5], leaves[6], [5, 2, 0], reverse);
                Tensor<double> wanted = kind == "lstm" ? y : y + leaves[6].Sum() * 0;
                Tensor<double>[] gradients = Gradient.Of(wanted, leaves, Expect.Values(y.Shape, "seed"));
                Expect.Bitwise(Tensor.Zeros<double>(3, 2), gradients[0].Slice(2..5, 1..2).Reshape(3, 2).Copy());
                return [y.Detach(), .. gradients[1..]];
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sequence_alone_and_in_a_padded_batch_end_in_the_same_state(string kind)
    {
        Operands o = Operands.Of(kind, 6, 3, 2, 4);
        Tensor<double> all = Of(kind)(o.X, o.W, o.U, o.B, o.Q, lengths: [6, 4, 1]);
        Tensor<double> alone = Of(kind)(o.X.Slice(0..4, 1..2), o.W, o.U, o.B, o.Q);
        Expect.Close(alone.Slice(0..4), all.Slice(0..4, 1..2), 1e-14);
        Expect.Close(alone.Slice(3..4), all.Slice(5..6, 1..2), 1e-14);
    }

    [Fact]
    public void Threads_do_not_change_a_bit_forward_or_backward()
    {
        Tensor<float> x = Expect.Values([7, 37, 5], "x").To<float>(), w = Expect.Values([80, 5], "w").To<float>(), u = Expect.Values([80, 20], "u").To<float>();
        Tensor<float>[]? first = null;
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            using Parallelism.Scope limit = Parallelism.Limit(threads);
            Tensor<float>[] leaves = [.. new[] { x, w, u }.Select(p => p.Detach().RequireGradient())];
            Tensor<float> y = leaves[0].LstmRecurrence(leaves[1], leaves[2]).States;
            y.Sum().Backward();
            Tensor<float>[] results = [y.Detach(), .. leaves.Select(leaf => leaf.Gradient!)];
            first ??= results;
            for (int i = 0; i < results.Length; i++) Expect.Bitwise(first[i], results[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_batch_of_no_sequences_has_gradients_of_zero(string kind)
    {
        int gates = Operands.GatesOf(kind);
        Expect.Empty(xs => Of(kind)(xs[0], xs[1], xs[2], xs[3]), [kind == "lstm" ? 4 : 3, 0, 2], [3, 0, 4], [2 * gates, 4], [2 * gates, 2], [2 * gates]);
    }

    [Fact]
    public void A_graph_that_is_kept_gives_the_same_gradient_again()
    {
        Operands o = Operands.Of("gru", 4, 3, 2, 5);
        Tensor<double> u = o.U.Detach().RequireGradient();
        Tensor<double> loss = o.X.GruRecurrence(o.W, u, o.B, o.Q).Sum();
        loss.Backward(retainGraph: true);
        Tensor<double> once = u.Gradient!.Copy();
        loss.Backward();
        Expect.Bitwise(once * 2, u.Gradient!);
    }

    [Fact]
    public void Errors_name_the_shapes_and_the_rule()
    {
        Tensor<double> x = Tensor.Zeros<double>(5, 2, 3), w = Tensor.Zeros<double>(8, 3), u = Tensor.Zeros<double>(8, 2), bias = Tensor.Zeros<double>(8);
        Expect.Throws<ArgumentException>("LstmRecurrence: input [5, 3]; expected [T, N, in]: steps, sequences, features.", () => x.Select(1, 0).LstmRecurrence(w, u));
        Expect.Throws<ArgumentException>("LstmRecurrence: input [0, 2, 3] has no steps; a sequence needs at least one.", () => x[0..0].LstmRecurrence(w, u));
        Expect.Throws<ArgumentException>(
            "LstmRecurrence: input weight [8, 4] and recurrent weight [8, 2] for input [5, 2, 3]; expected [4·H, 3] and [4·H, H], or both with the 5 steps in front.",
            () => x.LstmRecurrence(Tensor.Zeros<double>(8, 4), u));
        Expect.Throws<ArgumentException>(
            "TanhRecurrence: input weight [8, 3] and recurrent weight [8, 2] for input [5, 2, 3]; expected [H, 3] and [H, H], or both with the 5 steps in front.",
            () => x.TanhRecurrence(w, u));
        Expect.Throws<ArgumentException>("LstmRecurrence: input bias [6]; it must be [8], the weights' rows.", () => x.LstmRecurrence(w, u, Tensor.Zeros<double>(6)));
        Expect.Throws<ArgumentException>("LstmRecurrence: recurrent bias [6]; it must be [8], the weights' rows.", () => x.LstmRecurrence(w, u, bias, Tensor.Zeros<double>(6)));
        Expect.Throws<ArgumentException>("LstmRecurrence: initial state [2, 3]; it must be [2, 2]: sequences, units.", () => x.LstmRecurrence(w, u, state: Tensor.Zeros<double>(2, 3)));
        Expect.Throws<ArgumentException>("LstmRecurrence: initial cell [1, 2]; it must be [2, 2]: sequences, units.", () => x.LstmRecurrence(w, u, cell: Tensor.Zeros<double>(1, 2)));
        Expect.Throws<ArgumentException>("LstmRecurrence: 3 lengths for 2 sequences; each needs one.", () => x.LstmRecurrence(w, u, lengths: [1, 2, 3]).States);
        Expect.Throws<ArgumentOutOfRangeException>(
            "LstmRecurrence: length 6 of sequence 1; the input has 5 steps, so a length is 0 to 5.", () => x.LstmRecurrence(w, u, lengths: [5, 6]).States);
        Expect.Throws<ArgumentOutOfRangeException>("LstmRecurrence: length -1 of sequence 0; the input has 5 steps", () => x.LstmRecurrence(w, u, lengths: [-1, 5]).States);
    }

    private static Run Of(string kind) => kind switch
    {
        "tanh" => (x, w, u, b, q, h, c, lengths, reverse) => x.TanhRecurrence(w, u, b, q, h, lengths, reverse),
        "relu" => (x, w, u, b, q, h, c, lengths, reverse) => x.ReluRecurrence(w, u, b, q, h, lengths, reverse),
        "gru" => (x, w, u, b, q, h, c, lengths, reverse) => x.GruRecurrence(w, u, b, q, h, lengths, reverse),
        _ => (x, w, u, b, q, h, c, lengths, reverse) =>
        {
            (Tensor<double> states, Tensor<double> cell) = x.LstmRecurrence(w, u, b, q, h, c, lengths, reverse);
            return Tensor.Concat<double>([states, cell.Unsqueeze(0)], 0);
        }
        ,
    };

    // The textbook's sums, one unit at a time.
    private static Tensor<double> Loop(string kind, Operands o, int[]? lengths, bool reverse)
    {
        int steps = o.X.Shape[0], batch = o.X.Shape[1], inputs = o.X.Shape[2], hidden = o.U.Shape[1];
        Tensor<double> y = Tensor.Zeros<double>(kind == "lstm" ? steps + 1 : steps, batch, hidden);
        for (int n = 0; n < batch; n++)
        {
            double[] h = new double[hidden], c = new double[hidden];
            for (int j = 0; j < hidden; j++) (h[j], c[j]) = (o.H[n, j], o.C[n, j]);
            for (int s = 0; s < steps; s++)
            {
                int t = reverse ? steps - 1 - s : s;
                double[] before = [.. h];
                for (int j = 0; j < hidden && (lengths is null || t < lengths[n]); j++)
                {
                    double A(int gate) => o.B[gate * hidden + j] + Enumerable.Range(0, inputs).Sum(k => o.W[gate * hidden + j, k] * o.X[t, n, k]);
                    double Q(int gate) => o.Q[gate * hidden + j] + Enumerable.Range(0, hidden).Sum(k => o.U[gate * hidden + j, k] * before[k]);
                    double Sigma(double a) => 1 / (1 + Math.Exp(-a));
                    if (kind == "tanh") h[j] = Math.Tanh(A(0) + Q(0));
                    if (kind == "relu") h[j] = Math.Max(0, A(0) + Q(0));
                    if (kind == "gru")
                    {
                        double r = Sigma(A(0) + Q(0)), z = Sigma(A(1) + Q(1));
                        h[j] = (1 - z) * Math.Tanh(A(2) + r * Q(2)) + z * before[j];
                    }

                    if (kind == "lstm")
                    {
                        c[j] = Sigma(A(1) + Q(1)) * c[j] + Sigma(A(0) + Q(0)) * Math.Tanh(A(2) + Q(2));
                        h[j] = Sigma(A(3) + Q(3)) * Math.Tanh(c[j]);
                    }
                }

                for (int j = 0; j < hidden; j++) y[t, n, j] = h[j];
            }

            for (int j = 0; j < hidden && kind == "lstm"; j++) y[steps, n, j] = c[j];
        }

        return y;
    }
}

/// <summary>Operands of a recurrence of some kind.</summary>
internal sealed record Operands(
    Tensor<double> X, Tensor<double> W, Tensor<double> U, Tensor<double> B, Tensor<double> Q, Tensor<double> H, Tensor<double> C)
{
    public static int GatesOf(string kind) => kind switch { "lstm" => 4, "gru" => 3, _ => 1 };

    public static Operands Of(string kind, int steps, int batch, int inputs, int hidden, bool own = false)
    {
        int rows = GatesOf(kind) * hidden;
        Shape lead = own ? [steps] : [];
        return new Operands(
            Expect.Values([steps, batch, inputs], "x"), Expect.Values(lead.Concat([rows, inputs]), "w"), Expect.Values(lead.Concat([rows, hidden]), "u"),
            Expect.Values(lead.Concat(rows), "b"), Expect.Values(lead.Concat(rows), "q"), Expect.Values([batch, hidden], "h"), Expect.Values([batch, hidden], "c"));
    }
}
