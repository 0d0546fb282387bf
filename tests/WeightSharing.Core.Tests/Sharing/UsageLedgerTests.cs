using WeightSharing.Autograd;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class UsageLedgerTests
{
    private static Weight<double> Weight(params int[] shape) => new Parameter<double>(Expect.Values(new Shape(shape), "weight"));

    [Fact]
    public void Uses_are_counted_by_handle_scope_site_and_positions()
    {
        Weight<double> weight = Weight(2, 2), transposed = weight.Transposed();
        for (int step = 0; step < 5; step++)
        {
            weight.Use();
            weight.Use(Site.Step(step % 2));
            transposed.Use(positions: 3);
            using (UsageScope.Enter("left")) weight.Use();
        }

        Assert.Equal([5L, 3, 5, 5, 2], weight.Parameter.Ledger.Usages.Select(usage => usage.Count));
        weight.Parameter.Ledger.Clear();
        Assert.Empty(weight.Parameter.Ledger.Usages);
    }

    [Fact]
    public void Nothing_is_noted_while_off_or_while_nothing_is_recorded()
    {
        Weight<double> weight = Weight(2);
        using (UsageLedger.Off())
        {
            Assert.True(weight.Use().RequiresGradient);
            Assert.False(UsageLedger.IsTracking);
            using (UsageLedger.TrackContributions())
            {
                Assert.True(UsageLedger.IsTracking);
                weight.Use(Site.Step(1));
            }

            Assert.False(UsageLedger.IsTracking);
            weight.Use();
        }

        using (NoGrad.Begin()) weight.Use();
        Assert.Equal("t=1", Assert.Single(weight.Parameter.Ledger.Usages).ToString());
        weight.Use();
        Assert.Equal(2, weight.Parameter.Ledger.Usages.Count);
        default(UsageLedgerScope).Dispose();
    }

    [Fact]
    public void Contributions_add_up_to_the_gradient()
    {
        // A recurrence over shared weights, seen through three handles in two streams.
        Weight<double> weight = Weight(3, 3), transposed = weight.Transposed(), flipped = weight.Through(Tying.Flip([3, 3], 0, 1));
        using (UsageLedger.TrackContributions())
        {
            foreach (string stream in (string[])["left", "right"])
            {
                using UsageScope scope = UsageScope.Enter(stream);
                Tensor<double> h = Expect.Values([4, 3], stream);
                for (int t = 0; t < 6; t++) h = h.MatMul(weight.Use(Site.Step(t))).Tanh().MatMul(transposed.Use(Site.Step(t))) + h.MatMul(flipped.Use());
                (h * h).Mean().Backward();
            }
        }

        Parameter<double> parameter = weight.Parameter;
        IReadOnlyList<UsageContribution<double>> contributions = parameter.Ledger.Contributions();
        Assert.Equal(2 * (6 + 6 + 1), contributions.Count);
        Tensor<double> sum = Tensor.Zeros<double>([3, 3]);
        foreach (UsageContribution<double> part in contributions) sum += part.Usage.Gradient!;
        Expect.Close(parameter.Gradient!, sum, 1e-12);
        Assert.Equal(1, contributions.Sum(part => part.Share), 1e-12);

        double[,] cosines = parameter.Ledger.CosineMatrix();
        for (int i = 0; i < contributions.Count; i++)
        {
            UsageContribution<double> part = contributions[i];
            Tensor<double> gradient = part.Usage.Gradient!;
            double norm = Math.Sqrt((gradient * gradient).Sum().Item()), total = Math.Sqrt((sum * sum).Sum().Item());
            Assert.Equal(norm, part.Norm, 1e-12 * norm);
            Assert.Equal((gradient * sum).Sum().Item() / (norm * total), part.CosineToSum, 1e-12);
            Assert.Equal(1, cosines[i, i], 1e-12);
            for (int j = 0; j < i; j++)
            {
                Tensor<double> other = contributions[j].Usage.Gradient!;
                Assert.Equal((gradient * other).Sum().Item() / (norm * contributions[j].Norm), cosines[i, j], 1e-12);
                Assert.Equal(cosines[i, j], cosines[j, i]);
            }
        }
    }

    [Fact]
    public void Contributions_gather_over_passes_and_are_zeroed_with_the_gradient()
    {
        Weight<double> weight = Weight(2);
        for (int pass = 0; pass < 3; pass++)
        {
            using (UsageLedger.TrackContributions()) (weight.Use() * (pass + 1)).Sum().Backward();
        }

        Assert.Equal([6.0, 6.0], Assert.Single(weight.Parameter.Ledger.Contributions()).Usage.Gradient!.ToArray());
        Assert.Equal([6.0, 6.0], weight.Parameter.Gradient!.ToArray());
        weight.Parameter.ZeroGradient();
        Assert.Empty(weight.Parameter.Ledger.Contributions());
        Assert.Equal(3, Assert.Single(weight.Parameter.Ledger.Usages).Count);
    }

    [Fact]
    public void Gradients_asked_for_as_values_contribute_nothing()
    {
        Weight<double> weight = Weight(2);
        using (UsageLedger.TrackContributions())
        {
            Tensor<double> y = (weight.Use() * weight.Use()).Sum();
            Gradient.Of(y, [weight.Parameter.Value], Tensor.Ones<double>([]), retainGraph: true);
            Gradient.HessianVectorProduct(y, [weight.Parameter.Value], [Tensor.Ones<double>(2)]);
            Assert.Empty(weight.Parameter.Ledger.Contributions());
            y.Backward();
        }

        Expect.Close(weight.Parameter.Gradient!, Assert.Single(weight.Parameter.Ledger.Contributions()).Usage.Gradient!, 1e-15);
    }

    [Fact]
    public void Opposite_and_vanishing_contributions_have_defined_cosines()
    {
        Weight<double> weight = Weight(2);
        using (UsageLedger.TrackContributions())
        {
            (weight.Use(Site.Step(0)) - weight.Use(Site.Step(1)) + weight.Use(Site.Step(2)) * 0).Sum().Backward();
        }

        IReadOnlyList<UsageContribution<double>> parts = weight.Parameter.Ledger.Contributions();
        Assert.Equal([0.5, 0.5, 0], parts.Select(part => part.Share));
        // The sum is zero, so nothing points along it.
        Assert.Equal([0.0, 0, 0], parts.Select(part => part.CosineToSum));
        double[,] cosines = weight.Parameter.Ledger.CosineMatrix();
        Assert.Equal(-1, cosines[0, 1], 1e-15);
        Assert.Equal(0, cosines[0, 2]);
    }

    [Fact]
    public void Frozen_parameters_are_counted_but_contribute_nothing()
    {
        Weight<double> weight = Weight(2);
        weight.Parameter.IsFrozen = true;
        using (UsageLedger.TrackContributions()) Assert.False(weight.Use().RequiresGradient);
        Assert.Equal(1, Assert.Single(weight.Parameter.Ledger.Usages).Count);
        Assert.Empty(weight.Parameter.Ledger.Contributions());
    }

    [Fact]
    public void Many_threads_note_their_uses_at_once()
    {
        Weight<double> weight = Weight(2);
        Parallel.For(0, 1000, i => weight.Use(Site.Step(i % 10)));
        Assert.Equal(10, weight.Parameter.Ledger.Usages.Count);
        Assert.All(weight.Parameter.Ledger.Usages, usage => Assert.Equal(100, usage.Count));
    }

    [Fact]
    public void The_ledger_survives_the_scope_in_which_contributions_arose()
    {
        Weight<double> weight = Weight(2);
        using (TensorScope.Begin())
        {
            using (UsageLedger.TrackContributions()) weight.Use().Sum().Backward();
        }

        Assert.Equal([1.0, 1.0], weight.Parameter.Ledger.Contributions()[0].Usage.Gradient!.ToArray());
    }
}
