using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class WeightTests
{
    [Fact]
    public void A_parameter_is_a_weight_without_transform()
    {
        Weight<double> weight = new Parameter<double>(Expect.Values([2, 3]));
        Assert.Equal((new Shape(2, 3), "", 6), (weight.Shape, weight.Transform, weight.EntryCount));
        Expect.Bitwise(weight.Parameter.Value, weight.Use());
        Assert.True(weight.Tying.FreeCount == 6 && weight.Tying.EntryCount == 6);
        Assert.Equal("Weight [2, 3]", weight.ToString());
    }

    [Fact]
    public void A_use_over_steps_is_one_of_many_positions_until_contributions_are_tracked()
    {
        Weight<double> weight = new Parameter<double>(Expect.Values([2, 3]));
        Expect.Bitwise(weight.Value, weight.UseOverSteps(4));
        Assert.Equal((4, 1L), (weight.Parameter.Ledger.Usages.Single().Positions, weight.Parameter.Ledger.Usages[0].Count));
        Tensor<double> seed = Expect.Values([4, 2, 3], "seed");
        using (UsageLedger.TrackContributions())
        {
            Tensor<double> each = weight.UseOverSteps(4);
            Assert.Equal(new Shape(4, 2, 3), each.Shape);
            (each * seed).Sum().Backward();
        }

        Usage<double>[] steps = [.. weight.Parameter.Ledger.Usages.Skip(1)];
        Assert.Equal([Site.Step(0), Site.Step(1), Site.Step(2), Site.Step(3)], steps.Select(usage => usage.Site));
        for (int t = 0; t < 4; t++) Expect.Bitwise(seed.Select(0, t), steps[t].Gradient!);
        Expect.Close(seed.Sum(0), weight.Parameter.Gradient!, 1e-14);
        Assert.Throws<ArgumentOutOfRangeException>(() => weight.UseOverSteps(0));
    }

    [Fact]
    public void Uses_over_steps_add_up_through_tyings_over_passes_and_after_zeroing()
    {
        Weight<double> free = new Parameter<double>(Expect.Values([2])), weight = free.Through(Tying.Palindrome(3));
        Tensor<double> seed = Expect.Values([4, 3], "seed"), shorter = Expect.Values([2, 3], "shorter");
        using (UsageLedger.TrackContributions())
        {
            for (int round = 0; round < 3; round++)
            {
                free.Parameter.ZeroGradient();
                Assert.All(free.Parameter.Ledger.Usages, usage => Assert.Null(usage.Gradient));
                // Two passes, and one of fewer steps, before the gradient is zeroed.
                (weight.UseOverSteps(4) * seed).Sum().Backward();
                (weight.UseOverSteps(4) * seed).Sum().Backward();
                (weight.UseOverSteps(2) * shorter).Sum().Backward();
                Usage<double>[] steps = [.. free.Parameter.Ledger.Usages];
                Assert.Equal(4, steps.Length);
                for (int t = 0; t < 4; t++)
                {
                    Tensor<double> own = seed.Select(0, t) * 2;
                    if (t < 2) own += shorter.Select(0, t);
                    Expect.Close(weight.Tying.Collect(own), steps[t].Gradient!, 1e-14);
                }

                Expect.Close(steps.Select(usage => usage.Gradient!).Aggregate((a, b) => a + b), free.Parameter.Gradient!, 1e-14);
            }
        }
    }

    [Fact]
    public void Frozen_weights_over_steps_are_seen_at_every_step_without_a_gradient()
    {
        Weight<double> weight = new Parameter<double>(Expect.Values([2, 3])) { IsFrozen = true };
        using (UsageLedger.TrackContributions())
        {
            Tensor<double> each = weight.UseOverSteps(3);
            Assert.False(each.RequiresGradient);
            for (int t = 0; t < 3; t++) Expect.Bitwise(weight.Value, each.Select(0, t).Copy());
        }
    }

    [Fact]
    public void Transposition_shares_the_buffer()
    {
        Weight<double> weight = new Parameter<double>(Expect.Values([2, 3])), transposed = weight.Transposed();
        Assert.Same(weight.Parameter, transposed.Parameter);
        Expect.Bitwise(weight.Value.Transpose(), transposed.Use());
        Assert.Same(weight.Parameter.Value.Storage, transposed.Value.Storage);
        Assert.Equal(("transposed", new Shape(3, 2), 6), (transposed.Transform, transposed.Shape, transposed.EntryCount));
        Expect.Throws<InvalidOperationException>(
            "Transposed: the weight  [4] has fewer than two dimensions.", () => new Weight<double>(new Parameter<double>(4)).Transposed());
    }

    [Fact]
    public void Transforms_follow_one_another()
    {
        // Three filters of three free taps each, expanded to palindromes, then transposed: [3, 3] → [3, 5] → [5, 3].
        Weight<double> weight = new Weight<double>(new Parameter<double>(Expect.Values([3, 3]))).Through(Tying.Palindrome(5)).Transposed();
        Assert.Equal("palindrome, transposed", weight.Transform);
        Assert.Equal(new Shape(5, 3), weight.Shape);
        Tensor<double> full = weight.Use();
        for (int i = 0; i < 15; i++) Assert.Equal(weight.Parameter.Value[i % 3, Math.Min(i / 3, 4 - i / 3)], full[i / 3, i % 3]);
        Expect.Bitwise(full.Contiguous(), weight.Tying.Expand(weight.Parameter.Value.Flatten()));
        Assert.Equal((9, 15), (weight.Tying.FreeCount, weight.EntryCount));
        Expect.Throws<ArgumentException>(
            "Tying palindrome: the trailing dimensions of shape [3, 5] do not hold its 2 free values.",
            () => new Weight<double>(new Parameter<double>([3, 5])).Through(Tying.Palindrome(4)));
    }

    [Fact]
    public void Gradients_come_back_through_every_transform()
    {
        foreach (Tying tying in (Tying[])[Tying.Palindrome(5), Tying.Masked(4, true, true, false, true), Tying.Flip(3, 0)])
        {
            var parameter = new Parameter<double>(Expect.Values([2, 3]));
            Weight<double> weight = new Weight<double>(parameter).Through(tying);
            Tensor<double> seed = Expect.Values(weight.Shape, "seed");
            (weight.Use() * seed).Sum().Backward();
            Expect.Close(tying.Collect(seed), parameter.Gradient!, 1e-14);
        }
    }

    [Fact]
    public void Reading_the_value_records_nothing_and_notes_no_use()
    {
        Weight<double> weight = new Weight<double>(new Parameter<double>(Expect.Values([3]))).Through(Tying.Palindrome(5));
        Assert.False(weight.Value.RequiresGradient);
        Assert.Empty(weight.Parameter.Ledger.Usages);
    }

    [Fact]
    public void Setting_the_full_weight_reaches_the_nearest_tied_one()
    {
        Weight<double> plain = new Parameter<double>([2, 2]), tied = new Weight<double>(new Parameter<double>([2, 3])).Through(Tying.Palindrome(5));
        Assert.Equal(0, plain.SetFull(Tensor.From(1.0, 2, 3, 4).Reshape(2, 2)));
        Assert.Equal([1.0, 2, 3, 4], plain.Value.ToArray());

        Tensor<double> full = Tensor.From(1.0, 2, 3, 4, 5, 0, 0, 7, 0, 0).Reshape(2, 5);
        double distance = tied.SetFull(full);
        Assert.Equal([3.0, 3, 3, 0, 0, 7], tied.Parameter.Value.ToArray());
        Assert.Equal(Math.Sqrt(10), distance, 1e-14);
        Assert.Equal(0, tied.SetFull(tied.Value));

        Weight<double> transposed = plain.Transposed();
        Assert.Equal(0, transposed.SetFull(Tensor.From(5.0, 6, 7, 8).Reshape(2, 2)));
        Assert.Equal([5.0, 7, 6, 8], plain.Value.ToArray());
        Expect.Throws<ArgumentException>("SetFull: values [3] for weight  [2, 2]; they must be equal.", () => plain.SetFull(Tensor.Zeros<double>(3)));
        Assert.Empty(tied.Parameter.Ledger.Usages);
    }

    [Fact]
    public void A_weight_and_its_transpose_share_one_gradient()
    {
        // The tied autoencoder: y = x·Wᵀ·W.
        var parameter = new Parameter<double>(Expect.Values([2, 3], "w"));
        Weight<double> encoder = parameter, decoder = encoder.Transposed();
        Tensor<double> x = Expect.Values([4, 3], "x");
        Loss.MeanSquaredError(x.Linear(encoder.Use()).Linear(decoder.Use()), x).Backward();
        Tensor<double> w = parameter.Value.Copy().RequireGradient();
        Loss.MeanSquaredError(x.MatMul(w.Transpose()).MatMul(w), x).Backward();
        Expect.Close(w.Gradient!, parameter.Gradient!, 1e-14);
    }

    [Fact]
    public void Without_recording_a_tied_weight_is_expanded_once_for_values_that_stay()
    {
        Weight<double> tied = new Weight<double>(new Parameter<double>(Expect.Values([2, 3]))).Through(Tying.Palindrome(5));
        using NoGrad off = NoGrad.Begin();
        Tensor<double> first = tied.Use(), second = tied.Use(), third = tied.Use();
        Assert.NotSame(first, second);
        Assert.Same(second, third);
        Assert.Equal(tied.Value.ToArray(), third.ToArray());

        // New values, however they come, are seen at the next use; what was handed out stays as it was.
        double[] before = third.ToArray();
        tied.Parameter.Set(Expect.Values([2, 3], "other"));
        Assert.Equal(tied.Value.ToArray(), tied.Use().ToArray());
        Assert.Equal(tied.Value.ToArray(), tied.Use().ToArray());
        Assert.Equal(before, third.ToArray());
        // So are changes to what was handed out, and values written through a span held since before.
        Tensor<double> spoiled = tied.Use();
        spoiled.Fill(7);
        Assert.Equal(tied.Value.ToArray(), tied.Use().ToArray());
        Span<double> values = tied.Parameter.Value.AsSpan();
        tied.Use();
        tied.Use();
        values[0] = 42;
        Assert.Equal(42, tied.Use()[0, 0]);
    }

    [Fact]
    public void A_kept_expansion_outlives_the_scope_that_made_it()
    {
        Weight<double> tied = new Weight<double>(new Parameter<double>(Expect.Values([3]))).Through(Tying.Palindrome(5));
        using NoGrad off = NoGrad.Begin();
        for (int i = 0; i < 3; i++)
        {
            using var scope = TensorScope.Begin();
            Assert.Equal(tied.Value.ToArray(), tied.Use().ToArray());
        }
    }
}
