using CsCheck;
using WeightSharing.Kernels;
using WeightSharing.Layers;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Layers;

/// <summary>What all recurrent nets have in common.</summary>
public sealed class RecurrentNetTests
{
    public static TheoryData<string> Kinds => ["tanh", "relu", "lstm", "gru"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_and_shapes_are_PyTorchs(string kind)
    {
        RecurrentNet<double> net = AnyNet.Of(kind, 3, 5, layers: 2, bidirectional: true).Net;
        int rows = 5 * (kind == "lstm" ? 4 : kind == "gru" ? 3 : 1);
        (string, Shape)[] expected =
        [
            .. from k in new[] { 0, 1 }
            from suffix in new[] { $"_l{k}", $"_l{k}_reverse" }
            from one in new (string, Shape)[]
            {
                ("weight_ih" + suffix, [rows, k == 0 ? 3 : 10]), ("weight_hh" + suffix, [rows, 5]), ("bias_ih" + suffix, [rows]), ("bias_hh" + suffix, [rows]),
            }
            select one,
        ];
        Assert.Equal(expected, net.Parameters.Named.Select(pair => (pair.Name, pair.Weight.Shape)));
        double bound = 1 / Math.Sqrt(5);
        foreach (Parameter<double> parameter in net.Parameters) Assert.All(parameter.Value.ToArray(), value => Assert.InRange(value, -bound, bound));
        Assert.Empty(AnyNet.Of(kind, 3, 5, bias: false).Net.InputBiases);
        Assert.Equal((3, 5, 2, 2, false), (net.Inputs, net.Hidden, net.Layers, net.Directions, net.BatchFirst));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Shapes_are_PyTorchs_time_first_batch_first_and_without_a_batch(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 3, 5, layers: 2, bidirectional: true), first = AnyNet.Of(kind, 3, 5, layers: 2, bidirectional: true, batchFirst: true);
        Tensor<double> x = Close.Normal([7, 4, 3], 2), state = Close.Normal([4, 4, 5], 3);
        (Tensor<double> y, Tensor<double> last) = net.Forward(x, state);
        Assert.Equal((new Shape(7, 4, 10), new Shape(4, 4, kind == "lstm" ? 10 : 5)), (y.Shape, last.Shape));
        (Tensor<double> yFirst, Tensor<double> lastFirst) = first.Forward(x.Transpose(0, 1), state);
        Assert.Equal(y.Transpose(0, 1).ToArray(), yFirst.ToArray());
        Assert.Equal(last.ToArray(), lastFirst.ToArray());
        foreach (AnyNet one in (AnyNet[])[net, first])
        {
            (Tensor<double> yOne, Tensor<double> lastOne) = one.Forward(x.Select(1, 2), state.Select(1, 2));
            Close.To(y.Select(1, 2), yOne, 1e-14);
            Close.To(last.Select(1, 2), lastOne, 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_second_direction_is_the_first_on_the_reversed_sequence(string kind)
    {
        AnyNet both = AnyNet.Of(kind, 3, 4, bidirectional: true), forth = AnyNet.Of(kind, 3, 4), back = AnyNet.Of(kind, 3, 4);
        Parameter<double>[] from = [.. both.Net.Parameters], one = [.. forth.Net.Parameters], other = [.. back.Net.Parameters];
        for (int i = 0; i < 4; i++) (one[i], other[i]).Item1.Set(from[i].Value);
        for (int i = 0; i < 4; i++) other[i].Set(from[4 + i].Value);
        Tensor<double> x = Close.Normal([5, 2, 3], 2);
        (Tensor<double> y, Tensor<double> state) = both.Forward(x);
        Tensor<double> Reversed(Tensor<double> sequence) => Tensor.Stack<double>([.. sequence.Unbind().Reverse()]);
        (Tensor<double> a, Tensor<double> lastA) = forth.Forward(x);
        (Tensor<double> b, Tensor<double> lastB) = back.Forward(Reversed(x));
        Close.To(Tensor.Concat<double>([a, Reversed(b)], 2), y, 1e-14);
        Close.To(Tensor.Concat<double>([lastA, lastB], 0), state, 1e-14);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Padding_changes_nothing_neither_outputs_nor_states_nor_gradients(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 3, 4, layers: 2, bidirectional: true);
        int[] lengths = [6, 1, 4, 0];
        Tensor<double> x = Close.Normal([6, 4, 3], 2), other = x.Copy();
        for (int n = 0; n < 4; n++)
        {
            for (int t = lengths[n]; t < 6; t++) other[t, n, 1] = double.NaN;
        }

        (double[] y, double[] state, double[][] gradients) = Gradients(x);
        (double[] yOther, double[] stateOther, double[][] gradientsOther) = Gradients(other);
        Assert.Equal(y, yOther);
        Assert.Equal(state, stateOther);
        for (int i = 0; i < gradients.Length; i++) Assert.Equal(gradients[i], gradientsOther[i]);

        // Each sequence alone, without padding: the same outputs and states, and the gradients are the sums over the sequences.
        double[][] sums = [.. gradients[1..].Select(gradient => new double[gradient.Length])];
        net.Net.Parameters.ZeroGradient();
        Tensor<double> seedY = Close.Normal([6, 4, 8], 5), seedState = Close.Normal([4, 4, kind == "lstm" ? 8 : 4], 6);
        (Tensor<double> padded, Tensor<double> last) = net.Forward(x, null, lengths);
        for (int n = 0; n < 3; n++)
        {
            (Tensor<double> alone, Tensor<double> lastAlone) = net.Forward(x.Slice(0..lengths[n], n..(n + 1)));
            Close.To(alone, padded.Slice(0..lengths[n], n..(n + 1)), 1e-14);
            Close.To(lastAlone, last.Slice(.., n..(n + 1)), 1e-14);
            Assert.All(padded.Slice(lengths[n]..6, n..(n + 1)).ToArray(), value => Assert.Equal(0, value));
            ((alone * seedY.Slice(0..lengths[n], n..(n + 1))).Sum() + (lastAlone * seedState.Slice(.., n..(n + 1))).Sum()).Backward();
        }

        Assert.All(last.Slice(.., 3..4).ToArray(), value => Assert.Equal(0, value));
        int place = 1;
        foreach (Parameter<double> parameter in net.Net.Parameters) Close.To(parameter.Gradient!, Tensor.From(gradients[place++], parameter.Shape), 1e-12);

        (double[] Output, double[] State, double[][] Gradients) Gradients(Tensor<double> input)
        {
            net.Net.Parameters.ZeroGradient();
            Tensor<double> leaf = input.Detach().RequireGradient();
            (Tensor<double> output, Tensor<double> final) = net.Forward(leaf, null, lengths);
            ((output * Close.Normal(output.Shape, 5)).Sum() + (final * Close.Normal(final.Shape, 6)).Sum()).Backward();
            return (output.ToArray(), final.ToArray(), [leaf.Gradient!.ToArray(), .. net.Net.Parameters.Select(parameter => parameter.Gradient!.ToArray())]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sequence_of_no_steps_in_a_batch_ends_where_it_began(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 2, 3, bidirectional: true);
        Tensor<double> state = Close.Normal([2, 2, 3], 4);
        (Tensor<double> y, Tensor<double> last) = net.Forward(Close.Normal([5, 2, 2], 2), state, 5, 0);
        Assert.All(y.Select(1, 1).ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(state.Select(1, 1).ToArray(), last.Slice(2, 0, 3).Select(1, 1).ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_uses_of_every_weight_by_step_add_up_to_its_gradient(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 3, 4, layers: 2, bidirectional: true);
        Tensor<double> x = Close.Normal([6, 2, 3], 2);
        Tensor<double> Loss() => net.Forward(x, null, 6, 3).Output.Pow(2).Sum();
        Loss().Backward();
        double[][] untracked = [.. net.Net.Parameters.Select(parameter => parameter.Gradient!.ToArray())];
        Assert.All(net.Net.Parameters, parameter => Assert.Equal((6, 1L), (parameter.Ledger.Usages.Single().Positions, parameter.Ledger.Usages[0].Count)));

        net.Net.Parameters.ZeroGradient();
        using (UsageLedger.TrackContributions()) Loss().Backward();
        int i = 0;
        foreach (Parameter<double> parameter in net.Net.Parameters)
        {
            Usage<double>[] steps = [.. parameter.Ledger.Usages.Where(usage => usage.Gradient is not null)];
            Assert.Equal(Enumerable.Range(0, 6).Select(Site.Step), steps.Select(usage => usage.Site));
            Assert.All(steps, usage => Assert.Equal(1, usage.Positions));
            Close.To(parameter.Gradient!, steps.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b), 1e-12);
            Close.To(Tensor.From(untracked[i++], parameter.Shape), parameter.Gradient!, 1e-12);
            Assert.Equal(6, parameter.Ledger.Contributions().Count);
        }
    }

    [Fact]
    public void The_report_counts_what_an_unrolled_net_would_hold()
    {
        var net = new Lstm<double>(3, 4);
        net.Initialize(seed: 1);
        SharingReport report = SharingReport.Of(net, () => net.Forward(Close.Normal([10, 2, 3], 2)));
        Assert.Equal((4 * 4 * (3 + 4 + 2), 10 * 4 * 4 * (3 + 4 + 2)), (report.FreeCount, report.Rows.Sum(row => row.UnsharedCount)));
        Assert.Equal(10, new UnsharedLstm<double>(3, 4, steps: 10).Parameters.FreeCount / net.Parameters.FreeCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_sequence_in_two_parts_with_the_state_handed_on_is_the_whole(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 2, 3, layers: 2);
        if (kind == "lstm") return; // AnyNet derives the cell from the hidden state; LstmTests does this with both.
        Tensor<double> x = Close.Normal([7, 2, 2], 2);
        (Tensor<double> whole, Tensor<double> last) = net.Forward(x);
        (Tensor<double> begin, Tensor<double> state) = net.Forward(x[..3]);
        (Tensor<double> end, Tensor<double> lastOfParts) = net.Forward(x[3..], state);
        Close.To(whole, Tensor.Concat<double>([begin, end], 0), 1e-14);
        Close.To(last, lastOfParts, 1e-14);

        // Detached, the first part gets no gradient from the second.
        net.Net.Parameters.ZeroGradient();
        Tensor<double> first = x[..3].Copy().RequireGradient();
        net.Forward(x[3..], net.Forward(first).State.Detach()).Output.Sum().Backward();
        Assert.Null(first.Gradient);
        net.Forward(x[3..], net.Forward(first).State).Output.Sum().Backward();
        Assert.NotNull(first.Gradient);
    }

    [Fact]
    public void Sequences_of_a_batch_do_not_depend_on_each_other() => Gen.Select(Gen.Int[1, 6], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[0, 3]).Sample(
        (steps, batch, hidden, kind) =>
        {
            AnyNet net = AnyNet.Of(new[] { "tanh", "relu", "lstm", "gru" }[kind], 2, hidden);
            Tensor<double> x = Close.Normal([steps, batch, 2], 2);
            Tensor<int> order = Tensor.Permutation(batch, RandomKey.Of(3));
            Close.To(net.Forward(x).Output.IndexSelect(1, order), net.Forward(x.IndexSelect(1, order)).Output, 1e-13);
        }, iter: 60);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Threads_do_not_change_a_bit(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 8, 40, layers: 2, bidirectional: true);
        Tensor<double> x = Close.Normal([9, 35, 8], 2);
        double[][]? expected = null;
        foreach (int threads in (int[])[1, 2, 5])
        {
            using Parallelism.Scope limit = Parallelism.Limit(threads);
            net.Net.Parameters.ZeroGradient();
            Tensor<double> y = net.Forward(x).Output;
            y.Pow(2).Sum().Backward();
            double[][] actual = [y.ToArray(), .. net.Net.Parameters.Select(parameter => parameter.Gradient!.ToArray())];
            expected ??= actual;
            for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i]);
        }
    }

    [Fact]
    public void Dropout_stands_between_layers_and_only_while_training()
    {
        AnyNet net = AnyNet.Of("gru", 3, 8, layers: 2, dropout: 0.5), without = AnyNet.Of("gru", 3, 8, layers: 2);
        Tensor<double> x = Close.Normal([5, 2, 3], 2);
        double[] dropped = net.Forward(x).Output.ToArray();
        Assert.NotEqual(dropped, without.Forward(x).Output.ToArray());
        Assert.NotEqual(dropped, net.Forward(x).Output.ToArray());
        net.Net.Evaluate();
        Assert.Equal(without.Forward(x).Output.ToArray(), net.Forward(x).Output.ToArray());
        Assert.Equal(without.Net.Parameters.Named.Select(pair => pair.Name), net.Net.Parameters.Named.Select(pair => pair.Name));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Copies_compute_the_same_and_share_nothing(string kind)
    {
        AnyNet net = AnyNet.Of(kind, 3, 4, layers: 2, bias: kind != "gru", batchFirst: true, bidirectional: true, dropout: 0.25);
        Tensor<double> x = Close.Normal([2, 5, 3], 2);
        AnyNet copy = Wrapped(net.Net.Clone());
        foreach ((Parameter<double> a, Parameter<double> b) in net.Net.Parameters.Zip(copy.Net.Parameters))
        {
            Assert.NotSame(a, b);
            Assert.Equal(a.Value.ToArray(), b.Value.ToArray());
        }

        Assert.Equal(net.Forward(x).Output.ToArray(), copy.Forward(x).Output.ToArray());
        var narrow = (RecurrentNet<float>)net.Net.To<float>();
        Assert.Equal((4, 2, 2, true), (narrow.Hidden, narrow.Layers, narrow.Directions, narrow.BatchFirst));
        Assert.Equal(net.Net.Parameters.Named.Select(pair => pair.Name), narrow.Parameters.Named.Select(pair => pair.Name));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Errors_name_the_net_the_shapes_and_the_rule(string kind)
    {
        string name = kind switch { "lstm" => "Lstm", "gru" => "Gru", _ => "Rnn" };
        AnyNet net = AnyNet.Of(kind, 3, 4, layers: 2), first = AnyNet.Of(kind, 3, 4, batchFirst: true);
        Tensor<double> x = Tensor.Zeros<double>(5, 2, 3);
        Throws<ArgumentException>($"{name}: input [5, 2, 4]; expected [T, N, 3], or [T, 3] for one sequence.", () => net.Forward(Tensor.Zeros<double>(5, 2, 4)));
        Throws<ArgumentException>($"{name}: input [2, 5, 4]; expected [N, T, 3], or [T, 3] for one sequence.", () => first.Forward(Tensor.Zeros<double>(2, 5, 4)));
        Throws<ArgumentException>($"{name}: input [3]; expected [T, N, 3], or [T, 3] for one sequence.", () => net.Forward(Tensor.Zeros<double>(3)));
        Throws<ArgumentException>($"{name}: input [0, 2, 3] has no steps; a sequence needs at least one.", () => net.Forward(x[0..0]));
        Throws<ArgumentException>($"{name}: input [2, 0, 3] has no steps; a sequence needs at least one.", () => first.Forward(Tensor.Zeros<double>(2, 0, 3)));
        Throws<ArgumentException>(
            $"{name}: initial state [1, 2, 4]; it must be [2, 2, 4]: layers times directions, sequences, units.", () => net.Forward(x, Tensor.Zeros<double>(1, 2, 4)));
        Throws<ArgumentException>(
            $"{name}: initial state [2, 1, 4] for one sequence; it must be [2, 4]: layers times directions, units.",
            () => net.Forward(x.Select(1, 0), Tensor.Zeros<double>(2, 1, 4)));
        Throws<ArgumentException>($"{name}: 1 lengths for 2 sequences; each needs one.", () => net.Forward(x, null, 5));
        Throws<ArgumentOutOfRangeException>($"{name}: length 6 of sequence 1; the input has 5 steps, so a length is 0 to 5.", () => net.Forward(x, null, 5, 6));
        Throws<ArgumentOutOfRangeException>($"{name}: length -1 of sequence 0; the input has 5 steps, so a length is 0 to 5.", () => net.Forward(x, null, -1, 5));
        Throws<ArgumentOutOfRangeException>($"{name}: 3 inputs, 0 units, 1 layers; each must be at least 1.", () => AnyNet.Of(kind, 3, 0));
        Throws<ArgumentOutOfRangeException>($"{name}: dropout 2; expected 0 to 1.", () => AnyNet.Of(kind, 3, 4, layers: 2, dropout: 2));
        Throws<ArgumentException>(
            $"{name}: dropout 0.5 with one layer; it stands between layers, so there must be two.", () => AnyNet.Of(kind, 3, 4, dropout: 0.5));
    }

    private static AnyNet Wrapped(RecurrentNet<double> net)
    {
        double[][] values = [.. net.Parameters.Select(parameter => parameter.Value.ToArray())];
        AnyNet any = net switch
        {
            Lstm<double> lstm => AnyNet.For(lstm),
            Gru<double> gru => AnyNet.For(gru),
            _ => AnyNet.For((Rnn<double>)net),
        };
        int i = 0;
        foreach (Parameter<double> parameter in net.Parameters) parameter.Set(Tensor.From(values[i++], parameter.Shape));
        return any;
    }

    private static void Throws<TException>(string message, Func<object?> action)
        where TException : Exception
    {
        TException thrown = Assert.Throws<TException>(() => { _ = action(); });
        Assert.StartsWith(message, thrown.Message, StringComparison.Ordinal);
    }
}
