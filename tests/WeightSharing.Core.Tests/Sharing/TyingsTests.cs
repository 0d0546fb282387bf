using CsCheck;
using WeightSharing.Sharing;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Sharing;

public class TyingsTests
{
    public static TheoryData<string> Named => [.. All.Keys];

    private static readonly Dictionary<string, (Tying Tying, int Free)> All = new()
    {
        ["identity"] = (Tying.Identity([2, 3]), 6),
        ["transpose"] = (Tying.Transpose(2, 3), 6),
        ["permuted"] = (Tying.Permuted([2, 3, 4], [2, 0, 1]), 24),
        ["flip"] = (Tying.Flip([2, 3], 0, -1), 6),
        ["rotate"] = (Tying.Rotate([2, 3, 4], 1), 24),
        ["palindrome even"] = (Tying.Palindrome(4), 2),
        ["palindrome odd"] = (Tying.Palindrome(5), 3),
        ["antisymmetric even"] = (Tying.Antisymmetric(4), 2),
        ["antisymmetric odd"] = (Tying.Antisymmetric(5), 2),
        ["antisymmetric of one"] = (Tying.Antisymmetric(1), 0),
        ["classes"] = (Tying.Classes([2, 3], 0, 1, 1, -1, 2, 0), 3),
        ["masked"] = (Tying.Masked([2, 2], true, false, false, true), 2),
        ["toeplitz"] = (Tying.Toeplitz(3, 4), 6),
        ["circulant"] = (Tying.Circulant(4), 4),
        ["over positions"] = (Tying.OverPositions(3, [2, 2]), 4),
        ["convolution matrix"] = (Tying.ConvolutionMatrix(2, 3, (4, 5), (2, 3), padding: 1), 36),
    };

    [Theory]
    [MemberData(nameof(Named))]
    public void Each_has_full_rank_and_fulfils_the_laws(string name)
    {
        (Tying tying, int free) = All[name];
        Assert.Equal(free, tying.FreeCount);
        TyingVerification measured = tying.Verify();
        Assert.Equal(free, measured.Rank);
        Assert.InRange(measured.AdjointError, 0, 1e-13);
        Assert.InRange(measured.ProjectionError, 0, 1e-14);
        Assert.InRange(measured.RecoveryError, 0, 1e-14);
    }

    [Fact]
    public void Transpose_and_permuted_are_those_of_tensors()
    {
        Tensor<double> x = Expect.Values([2, 3, 4]);
        Expect.Bitwise(x.Permute(2, 0, 1).Contiguous(), Tying.Permuted([2, 3, 4], [2, 0, 1]).Expand(x));
        Expect.Bitwise(x.Select(2, 0).Transpose().Contiguous(), Tying.Transpose(2, 3).Expand(x.Select(2, 0)));
        Assert.Throws<ArgumentException>(() => Tying.Permuted([2, 3], [0, 0]));
    }

    [Fact]
    public void Flip_reverses_the_dimensions_named()
    {
        Tensor<double> x = Expect.Values([2, 3]), y = Tying.Flip([2, 3], -1).Expand(x);
        for (int i = 0; i < 6; i++) Assert.Equal(x[i / 3, 2 - i % 3], y[i / 3, i % 3]);
        Expect.Bitwise(x, Tying.Flip([2, 3], 0).Expand(Tying.Flip([2, 3], 0).Expand(x)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tying.Flip([2, 3], 2));
    }

    [Fact]
    public void A_quarter_turn_is_counter_clockwise()
    {
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[-5, 9]).Sample((rows, columns, turns) =>
        {
            Tensor<double> x = Expect.Values([2, rows, columns]), expected = x;
            for (int turn = 0; turn < ((turns % 4) + 4) % 4; turn++)
            {
                // w′[i, j] = w[j, k − 1 − i]: the last column becomes the first row.
                Tensor<double> turned = Tensor.Zeros<double>([2, expected.Shape[2], expected.Shape[1]]);
                for (int c = 0; c < 2; c++)
                {
                    for (int i = 0; i < turned.Shape[1]; i++)
                    {
                        for (int j = 0; j < turned.Shape[2]; j++) turned[c, i, j] = expected[c, j, turned.Shape[1] - 1 - i];
                    }
                }

                expected = turned;
            }

            Expect.Bitwise(expected.Contiguous(), Tying.Rotate([2, rows, columns], turns).Expand(x));
        });
        Assert.Equal([2.0, 4, 1, 3], Tying.Rotate([2, 2], 1).Expand(Tensor.From(1.0, 2, 3, 4)).ToArray());
        Assert.Equal("rotated 270°", Tying.Rotate([2, 2], -1).Name);
        Expect.Throws<ArgumentException>("Rotate: shape [4] has fewer than two dimensions.", () => Tying.Rotate(4, 1));
    }

    [Fact]
    public void Symmetric_taps_have_their_symmetry()
    {
        Assert.Equal([1.0, 2, 3, 2, 1], Tying.Palindrome(5).Expand(Tensor.From(1.0, 2, 3)).ToArray());
        Assert.Equal([1.0, 2, 2, 1], Tying.Palindrome(4).Expand(Tensor.From(1.0, 2)).ToArray());
        Assert.Equal([1.0, 2, 0, -2, -1], Tying.Antisymmetric(5).Expand(Tensor.From(1.0, 2)).ToArray());
        Assert.Equal([1.0, 2, -2, -1], Tying.Antisymmetric(4).Expand(Tensor.From(1.0, 2)).ToArray());
        Assert.Equal([0.0], Tying.Antisymmetric(1).Expand(Tensor.Zeros<double>([0])).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Tying.Palindrome(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tying.Antisymmetric(-1));
        // Every filter is the sum of its symmetric and its antisymmetric part.
        Tensor<double> w = Expect.Values([7]);
        Expect.Close(w, Tying.Palindrome(7).Project(w) + Tying.Antisymmetric(7).Project(w), 1e-15);
    }

    [Fact]
    public void Classes_and_masks_say_which_entries_are_one()
    {
        Assert.Equal([1.0, 2, 2, 0, 3, 1], Tying.Classes([2, 3], 0, 1, 1, -1, 2, 0).Expand(Tensor.From(1.0, 2, 3)).ToArray());
        Assert.Equal([1.0, 0, 0, 2], Tying.Masked([2, 2], true, false, false, true).Expand(Tensor.From(1.0, 2)).ToArray());
        Expect.Throws<ArgumentException>("Tying classes: 2 indices and 0 signs for full shape [3]", () => Tying.Classes(3, 0, 1));
        Expect.Throws<ArgumentException>("Tying masked: 1 indices and 0 signs for full shape [3]", () => Tying.Masked(3, true));
    }

    [Fact]
    public void Toeplitz_and_circulant_matrices_are_equal_along_diagonals()
    {
        Tensor<double> t = Tying.Toeplitz(3, 4).Expand(Expect.Values([6])), c = Tying.Circulant(4).Expand(Expect.Values([4]));
        for (int i = 1; i < 3; i++)
        {
            for (int j = 1; j < 4; j++) Assert.Equal(t[i - 1, j - 1], t[i, j]);
        }

        for (int i = 0; i < 16; i++) Assert.Equal(c[i / 4, i % 4], c[(i / 4 + 1) % 4, (i % 4 + 1) % 4]);
        Assert.Equal([0.0, 1, 2, 3], Tying.Circulant(4).Expand(Tensor.Arange<double>(4)).Select(1, 0).ToArray());
        Assert.Equal([3.0, 4, 5], Tying.Toeplitz(3, 4).Expand(Tensor.Arange<double>(6)).Select(1, 0).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Tying.Toeplitz(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tying.Circulant(0));
    }

    [Fact]
    public void A_circulant_of_a_circulant_vector_is_a_cyclic_convolution()
    {
        double[] h = Expect.Values([5], "h").ToArray(), x = Expect.Values([5], "x").ToArray();
        double[] expected = [.. Enumerable.Range(0, 5).Select(i => Enumerable.Range(0, 5).Sum(j => h[(i - j + 5) % 5] * x[j]))];
        Expect.Close(expected, Tying.Circulant(5).Expand(Tensor.From(h)).MatMul(Tensor.From(x)).ToArray(), 1e-14);
    }

    [Fact]
    public void One_block_at_every_position_makes_a_locally_connected_map_a_convolution()
    {
        Tensor<double> x = Expect.Values([2, 3, 5, 5], "x"), filters = Expect.Values([4, 3, 3, 3], "f");
        Tying tying = Tying.OverPositions(9, [4, 27]);
        Expect.Close(x.Conv2d(filters), x.LocallyConnected2d(tying.Expand(filters), null, 3), 1e-13);
        Assert.Throws<ArgumentOutOfRangeException>(() => Tying.OverPositions(0, 3));
    }

    [Fact]
    public void The_matrix_of_a_convolution_multiplies_as_the_convolution_does()
    {
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[0, 1], Gen.Int[1, 2]).Sample((inputs, outputs, kernel, stride, padding, dilation) =>
        {
            Size2 image = (9, 8);
            Padding2d sides = Padding2d.Of(padding, 0, 0, padding);
            Tensor<double> x = Expect.Values([2, inputs, 9, 8], "x"), filters = Expect.Values([outputs, inputs, kernel, kernel], "f");
            Tying tying = Tying.ConvolutionMatrix(inputs, outputs, image, kernel, stride, sides, dilation);
            Tensor<double> matrix = tying.Expand(filters.Flatten());
            Expect.Close(x.Conv2d(filters, null, stride, sides, dilation).Flatten(1), x.Flatten(1).Linear(matrix), 1e-13);
            // Back from the matrix to the filters, as a dense layer is turned into a convolution.
            Expect.Close(filters.Flatten(), tying.Solve(matrix), 1e-14);
        }, iter: 60);
    }

    [Fact]
    public void A_tap_that_only_ever_meets_padding_is_refused()
    {
        // At its one position the 1×3 kernel lies on two pixels and one of padding: its last tap has no entry in the matrix.
        Expect.Throws<ArgumentException>(
            "Tying.ConvolutionMatrix: tap 2 of the filter [1, 1, 1, 3] meets nothing but padding at every position of the image 1×2",
            () => Tying.ConvolutionMatrix(1, 1, (1, 2), (1, 3), padding: Padding2d.Of(0, 1, 0, 0)));
        Expect.Throws<ArgumentException>(
            "Tying.ConvolutionMatrix: tap 0 of the filter [1, 1, 3, 3] meets nothing but padding at every position of the image 1×1",
            () => Tying.ConvolutionMatrix(1, 1, 1, 3, padding: 1));
        Expect.Throws<ArgumentException>("Tying.ConvolutionMatrix: the kernel 3×3 with dilation 1×1 covers 3×3, more than the padded input 2×2", () => Tying.ConvolutionMatrix(1, 1, 2, 3));
    }
}
