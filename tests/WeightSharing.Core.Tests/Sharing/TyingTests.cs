using CsCheck;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class TyingTests
{
    // Any tying: each of up to 12 full entries is a free value, its negative or zero; the free ones are numbered as they first occur.
    private static readonly Gen<Tying> AnyTying = Gen.Select(Gen.Int[-1, 4].Array[1, 12], Gen.Bool.Array[12]).Select((raw, signs) =>
    {
        var number = new Dictionary<int, int>();
        int[] index = [.. raw.Select(free => free < 0 ? -1 : number.TryGetValue(free, out int known) ? known : number[free] = number.Count)];
        return Tying.Of("any", raw.Length, index, [.. index.Select((_, i) => (sbyte)(signs[i] ? 1 : -1))]);
    });

    [Fact]
    public void Expansion_follows_the_indices_and_signs()
    {
        Tying tying = Tying.Of("example", [2, 2], [1, -1, 0, 1], [1, 1, -1, -1]);
        Assert.Equal((2, 3), (tying.FreeCount, tying.EntryCount));
        Assert.Equal([20.0, 0, -10, -20], tying.Expand(Tensor.From(10.0, 20.0)).ToArray());
        Assert.Equal([-3.0, 1.0 - 4.0], tying.Collect(Tensor.From(1.0, 2, 3, 4).Reshape(2, 2)).ToArray());
        Assert.Equal([-3.0, -1.5], tying.Solve(Tensor.From(1.0, 2, 3, 4).Reshape(2, 2)).ToArray());
        Assert.Equal([(0, 1, 1), (2, 0, -1), (3, 1, -1)], tying.Basis());
        Assert.Equal("example: 2 free → [2, 2]", tying.ToString());
    }

    [Fact]
    public void Collecting_is_the_adjoint_of_expanding()
    {
        AnyTying.Sample(tying =>
        {
            Tensor<double> free = Expect.Values([3, tying.FreeCount], "free"), full = Expect.Values(new Shape(3).Concat(tying.FullShape), "full");
            Expect.Close((tying.Expand(free) * full).Sum(), (free * tying.Collect(full)).Sum(), 1e-13);
        });
    }

    [Fact]
    public void Projection_is_idempotent_symmetric_and_nearest()
    {
        AnyTying.Sample(tying =>
        {
            Tensor<double> full = Expect.Values(tying.FullShape, "full"), other = Expect.Values(tying.FullShape, "other"), projected = tying.Project(full);
            Expect.Close(projected, tying.Project(projected), 1e-15);
            Expect.Close((projected * other).Sum(), (full * tying.Project(other)).Sum(), 1e-13);
            Expect.Close(tying.Solve(tying.Expand(tying.Solve(full))), tying.Solve(full), 1e-15);
            // Pythagoras: what is left over is orthogonal to everything tied.
            double distance = tying.Distance(full);
            Expect.Close([(full * full).Sum().Item()], [(projected * projected).Sum().Item() + distance * distance], 1e-13);
            Assert.Equal(0, tying.Distance(projected), 1e-14);
            Assert.True(distance <= Math.Sqrt(((full - tying.Expand(Expect.Values([tying.FreeCount], "guess"))) * (full - tying.Expand(Expect.Values([tying.FreeCount], "guess")))).Sum().Item()) + 1e-12);
        });
    }

    [Fact]
    public void The_basis_is_the_matrix_of_the_expansion()
    {
        AnyTying.Sample(tying =>
        {
            double[] free = Expect.Values([tying.FreeCount], "free").ToArray(), full = new double[tying.FullShape.Count];
            foreach ((int at, int which, int sign) in tying.Basis()) full[at] = sign * free[which];
            Assert.Equal(full, tying.Expand(Tensor.From(free)).ToArray());
        });
    }

    [Fact]
    public void Composition_is_expansion_after_expansion()
    {
        Gen.Select(AnyTying, Gen.Int[-1, 11].Array[1, 12], Gen.Bool.Array[12]).Sample((inner, raw, signs) =>
        {
            // An outer tying whose free values are the inner's entries: each is used at least once.
            int count = inner.FullShape.Count;
            int[] index = [.. Enumerable.Range(0, count), .. raw.Select(free => Math.Min(free, count - 1))];
            Tying outer = Tying.Of("outer", index.Length, index, [.. index.Select((_, i) => (sbyte)(signs[i % 12] ? 1 : -1))]);
            Tying both = outer.Compose(inner);
            Assert.Equal(inner.FreeCount, both.FreeCount);
            Tensor<double> free = Expect.Values([inner.FreeCount], "free"), full = Expect.Values(outer.FullShape, "full");
            Assert.Equal(outer.Expand(inner.Expand(free)).ToArray(), both.Expand(free).ToArray());
            Expect.Close(inner.Collect(outer.Collect(full)), both.Collect(full), 1e-14);
        });
    }

    [Fact]
    public void Composition_with_the_identity_changes_nothing()
    {
        Tying palindrome = Tying.Palindrome(5);
        foreach (Tying same in (Tying[])[palindrome.Compose(Tying.Identity(3)), Tying.Identity(5).Compose(palindrome)])
        {
            Assert.Equal("palindrome", same.Name);
            Assert.Equal(palindrome.Indices.ToArray(), same.Indices.ToArray());
        }

        Assert.Equal("palindrome, flipped", Tying.Flip(5, 0).Compose(palindrome).Name);
        Expect.Throws<ArgumentException>(
            "Compose: palindrome has 3 free values, identity expands to [4] (4 entries); they must be equal.", () => palindrome.Compose(Tying.Identity(4)));
    }

    [Fact]
    public void Verification_measures_errors_of_rounding_only()
    {
        AnyTying.Sample(tying =>
        {
            TyingVerification measured = tying.Verify();
            Assert.Equal(tying.FreeCount, measured.Rank);
            Assert.InRange(measured.AdjointError, 0, 1e-14);
            Assert.InRange(measured.ProjectionError, 0, 1e-14);
            Assert.InRange(measured.RecoveryError, 0, 1e-14);
        });
    }

    [Fact]
    public void A_tying_repeats_over_leading_dimensions()
    {
        AnyTying.Sample(tying =>
        {
            Tensor<double> free = Expect.Values([2, 3, tying.FreeCount], "free"), full = tying.Expand(free);
            Assert.Equal(new Shape(2, 3).Concat(tying.FullShape), full.Shape);
            Tying repeated = tying.Repeated([2, 3]);
            Assert.Equal((6 * tying.FreeCount, 6 * tying.EntryCount), (repeated.FreeCount, repeated.EntryCount));
            Assert.Equal(full.ToArray(), repeated.Expand(free.Flatten()).ToArray());
            Expect.Close(repeated.Collect(full), tying.Collect(full).Flatten(), 1e-15);
            for (int i = 0; i < 6; i++) Assert.Equal(tying.Expand(free[(i / 3)..(i / 3 + 1), (i % 3)..(i % 3 + 1)]).ToArray(), full[(i / 3)..(i / 3 + 1), (i % 3)..(i % 3 + 1)].ToArray());
        });
    }

    [Fact]
    public void Free_values_may_have_any_trailing_shape_that_holds_them()
    {
        Tying tying = Tying.Identity([2, 3]);
        Assert.Equal(new Shape(2, 3), tying.Expand(Tensor.Zeros<double>(6)).Shape);
        Assert.Equal(new Shape(2, 3), tying.Expand(Tensor.Zeros<double>([3, 2])).Shape);
        Assert.Equal(new Shape(1, 2, 3), tying.Expand(Tensor.Zeros<double>([1, 6])).Shape);
        Assert.Equal(new Shape(1, 1, 2, 3), tying.Expand(Tensor.Zeros<double>([1, 1, 2, 3])).Shape);
        Assert.Equal(new Shape(5, 2, 3), tying.Expand(Tensor.Zeros<double>([5, 2, 3])).Shape);
        Assert.Equal(new Shape(5, 2), Tying.OverPositions(2, []).Expand(Tensor.Zeros<double>([5, 1])).Shape);
        Assert.Equal(new Shape(2), Tying.OverPositions(2, []).Expand(Tensor.Scalar(1.0)).Shape);
        Expect.Throws<ArgumentException>(
            "Tying identity: the trailing dimensions of shape [4, 2] do not hold its 6 free values.", () => tying.Expand(Tensor.Zeros<double>([4, 2])));
        Expect.Throws<ArgumentException>("Collect of tying identity: the trailing dimensions of [6] must be [2, 3].", () => tying.Collect(Tensor.Zeros<double>(6)));
    }

    [Fact]
    public void All_of_it_is_differentiable_to_second_order()
    {
        Tying tying = Tying.Of("example", [2, 2], [1, -1, 0, 1], [1, 1, -1, -1]);
        Expect.Gradients(x => tying.Expand(x).Exp(), Expect.Values([3, 2]));
        Expect.Gradients(x => tying.Collect(x).Exp(), Expect.Values([3, 2, 2]));
        Expect.Gradients(x => tying.Solve(x) * tying.Collect(x), Expect.Values([2, 2]));
        Expect.Gradients(x => tying.Project(x) * x, Expect.Values([2, 2]));
    }

    [Fact]
    public void What_is_no_tying_is_refused()
    {
        Expect.Throws<ArgumentException>("Tying t: 3 indices and 0 signs for full shape [2, 2], which has 4 entries.", () => Tying.Of("t", [2, 2], [0, 1, 2]));
        Expect.Throws<ArgumentException>("Tying t: 2 indices and 1 signs for full shape [2], which has 2 entries.", () => Tying.Of("t", 2, [0, 1], [1]));
        Expect.Throws<ArgumentException>("Tying t: index -2 of entry 1; expected −1 (zero) or a free value from 0.", () => Tying.Of("t", 2, [0, -2]));
        Expect.Throws<ArgumentException>("Tying t: sign 0 of entry 1; expected +1 or −1.", () => Tying.Of("t", 2, [0, 0], [1, 0]));
        Expect.Throws<ArgumentException>(
            "Tying t: free value 1 of 3 is used by no full entry; number the used ones from 0 without gaps.", () => Tying.Of("t", 2, [0, 2]));
    }

    [Fact]
    public void Single_precision_uses_the_same_map()
    {
        Assert.Equal([1f, 2f, 1f], Tying.Palindrome(3).Expand(Tensor.From(1f, 2f)).ToArray());
        Assert.Equal(0.5, Tying.Palindrome(2).Distance(Tensor.From(1f, 1f + (float)Math.Sqrt(0.5))), 1e-7);
    }
}
