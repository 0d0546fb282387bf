using CsCheck;
using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Tensors;

public class TensorOfTTests
{
    private static Tensor<int> Counted(params int[] shape) => Tensor.Arange<int>(new Shape(shape).Count).Reshape(shape);

    [Fact]
    public void Elements_are_read_and_written_by_index_from_both_ends()
    {
        Tensor<int> x = Counted(2, 3);
        Assert.Equal(5, x[1, 2]);
        Assert.Equal(5, x[-1, -1]);
        Assert.Equal(1, x[0, -2]);
        x[1, 0] = 40;
        Assert.Equal([0, 1, 2, 40, 4, 5], x.ToArray());
        Assert.Equal(7, Tensor.Scalar(7)[Array.Empty<int>()]);
    }

    [Fact]
    public void An_index_that_does_not_fit_is_refused()
    {
        Tensor<int> x = Counted(2, 3);
        Expect.Throws<ArgumentException>("Tensor: 1 indices for shape [2, 3], which has 2 dimensions.", () => x[1]);
        Expect.Throws<ArgumentOutOfRangeException>("Tensor: index 3 lies outside dimension 1 of shape [2, 3]; expected -3 to 2.", () => x[0, 3]);
        Expect.Throws<ArgumentOutOfRangeException>("Tensor: index -3 lies outside dimension 0 of shape [2, 3]; expected -2 to 1.", () => x[-3, 0]);
    }

    [Fact]
    public void Ranges_are_views_that_write_through()
    {
        Tensor<int> x = Counted(4, 5);
        Tensor<int> part = x[1..3, ..^1];
        Assert.Equal(new Shape(2, 4), part.Shape);
        Assert.Equal([5, 6, 7, 8, 10, 11, 12, 13], part.ToArray());
        Assert.False(part.IsContiguous);
        part[0, 0] = -1;
        part.Transpose()[3, 1] = -2;
        Assert.Equal(-1, x[1, 0]);
        Assert.Equal(-2, x[2, 3]);
        Assert.Equal([15, 16, 17, 18, 19], x[^1..].ToArray());
    }

    [Fact]
    public void Copies_of_any_view_equal_an_index_loop()
    {
        Gen.Select(Gen.Int[0, 4].Array[0, 4], Gen.Int[0, 1000]).Sample((extents, seed) =>
        {
            Tensor<int> x = Counted(extents);
            var random = new Random(seed);
            for (int step = 0; step < 3 && x.Rank > 0; step++)
            {
                int dimension = random.Next(x.Rank), extent = x.Shape[dimension], start = random.Next(extent + 1);
                x = x.Slice(dimension, start, start + random.Next(extent - start + 1), random.Next(1, 3)).Transpose(random.Next(x.Rank), random.Next(x.Rank));
            }

            var expected = new List<int>();
            Walk(x, [], expected);
            Assert.Equal(expected, x.ToArray());
            Assert.Equal(expected, x.Contiguous().ToArray());
            Assert.Equal(expected, x.Copy().ToArray());
            Tensor<int> target = Expect.Strided(Tensor.Zeros<int>(x.Shape));
            target.CopyFrom(x);
            Assert.Equal(expected, target.ToArray());
        });

        static void Walk(Tensor<int> x, int[] prefix, List<int> into)
        {
            if (prefix.Length == x.Rank)
            {
                into.Add(x[prefix]);
                return;
            }

            for (int i = 0; i < x.Shape[prefix.Length]; i++) Walk(x, [.. prefix, i], into);
        }
    }

    [Fact]
    public void Copying_broadcasts_and_checks_shapes()
    {
        Tensor<int> x = Tensor.Zeros<int>([2, 3]);
        x.CopyFrom(Tensor.From(1, 2, 3));
        Assert.Equal([1, 2, 3, 1, 2, 3], x.ToArray());
        x.CopyFrom([6, 5, 4, 3, 2, 1]);
        Assert.Equal([6, 5, 4, 3, 2, 1], x.ToArray());
        Expect.Throws<ArgumentException>("CopyFrom: source [2] does not broadcast to [2, 3].", () => x.CopyFrom(Tensor.From(1, 2)));
        Expect.Throws<ArgumentException>("CopyFrom: 2 values for shape [2, 3], which has 6 elements.", () => x.CopyFrom([1, 2]));
        Expect.Throws<ArgumentException>("CopyTo: target has 5 elements, shape [2, 3] needs 6.", () => x.CopyTo(new int[5]));
    }

    [Fact]
    public void A_tensor_can_be_copied_from_a_view_of_itself()
    {
        Tensor<int> x = Counted(3, 3);
        x.CopyFrom(x.Transpose().Contiguous());
        Assert.Equal([0, 3, 6, 1, 4, 7, 2, 5, 8], x.ToArray());
    }

    [Fact]
    public void Fill_sets_the_elements_of_a_view_and_no_others()
    {
        Tensor<int> x = Tensor.Zeros<int>([3, 3]);
        x.Slice(1, 0, 3, 2).Fill(7);
        Assert.Equal([7, 0, 7, 7, 0, 7, 7, 0, 7], x.ToArray());
        x.Fill(1);
        Assert.All(x.ToArray(), value => Assert.Equal(1, value));
    }

    [Fact]
    public void Item_needs_exactly_one_element()
    {
        Assert.Equal(3, Tensor.Full([1, 1], 3).Item());
        Assert.Equal(4, Counted(2, 3)[1.., 1..2].Item());
        Expect.Throws<InvalidOperationException>(
            "Item: shape [2, 3] has 6 elements; Item() needs exactly one. Index the tensor, or reduce it first.", () => Counted(2, 3).Item());
        Assert.Throws<InvalidOperationException>(() => Tensor.Zeros<int>([0]).Item());
    }

    [Fact]
    public void Any_unmanaged_type_is_stored_and_viewed()
    {
        Tensor<bool> mask = Tensor.From(true, false, true, true).Reshape(2, 2).Transpose();
        Assert.Equal([true, true, false, true], mask.ToArray());
        Tensor<(int, byte)> pairs = Tensor.From((1, (byte)2), (3, (byte)4));
        Assert.Equal((3, (byte)4), pairs[1]);
        Assert.Equal([5L, 6L], Tensor.From(5L, 6L).ToArray());
    }

    [Fact]
    public void Spans_cover_contiguous_tensors_only()
    {
        Tensor<int> x = Counted(2, 3);
        Assert.Equal([3, 4, 5], x[1..].AsReadOnlySpan().ToArray());
        x[1..].AsSpan()[0] = 9;
        Assert.Equal(9, x[1, 0]);
        Expect.Throws<InvalidOperationException>(
            "AsSpan: the tensor [3, 2] is a strided view, which no span covers; call Contiguous() first.", () => x.Transpose().AsSpan().Length);
        Expect.Throws<InvalidOperationException>(
            "AsReadOnlySpan: the tensor [2, 2] is a strided view, which no span covers; call Contiguous() first.", () => x[.., ..2].AsReadOnlySpan().Length);
    }

    [Fact]
    public void Every_write_counts_as_a_version()
    {
        Tensor<float> x = Tensor.Zeros<float>([2, 2]);
        (string Name, Action Write)[] writes =
        [
            ("index", () => x[0, 0] = 1),
            ("index of a view", () => x.Transpose()[0, 0] = 1),
            ("fill", () => x.Fill(1)),
            ("fill of a view", () => x[.., ..1].Fill(1)),
            ("copy from a tensor", () => x.CopyFrom(Tensor.Ones<float>([2]))),
            ("copy from values", () => x.CopyFrom([1, 2, 3, 4])),
            ("span", () => _ = x.AsSpan().Length),
            ("tensor span", () => _ = x.AsTensorSpan().Rank),
        ];
        foreach ((string name, Action write) in writes)
        {
            int before = x.Storage.Version;
            write();
            Assert.True(x.Storage.Version > before, name);
        }

        int last = x.Storage.Version;
        _ = (x.ToArray(), x.Copy(), x[0, 0], x.AsReadOnlySpan().Length, x.AsReadOnlyTensorSpan().Rank, x.ToString());
        Assert.Equal(last, x.Storage.Version);
    }

    [Fact]
    public void The_base_library_sees_the_same_elements()
    {
        Tensor<int> x = Counted(3, 4);
        System.Numerics.Tensors.ReadOnlyTensorSpan<int> whole = x.AsReadOnlyTensorSpan();
        Assert.Equal([3, 4], whole.Lengths.ToArray());
        Assert.Equal(6, whole[1, 2]);
        System.Numerics.Tensors.TensorSpan<int> part = x[1.., ..2].AsTensorSpan();
        Assert.Equal([2, 2], part.Lengths.ToArray());
        Assert.Equal(9, part[1, 1]);
        part[0, 1] = -5;
        Assert.Equal(-5, x[1, 1]);
        Assert.Equal(x.Transpose()[2, 1], x.Transpose().AsReadOnlyTensorSpan()[2, 1]);
    }

    [Fact]
    public void Tensors_come_back_from_the_base_library_unchanged()
    {
        Tensor<int> x = Counted(3, 4);
        foreach (Tensor<int> view in (Tensor<int>[])[x, x.Transpose(), x[1.., ..2], x[..1], x[.., 2..3], Counted(2, 1, 3), x[3..], Tensor.From(4), x[1..2, 1..2]])
        {
            Expect.Bitwise(view, Tensor.From(view.AsReadOnlyTensorSpan()));
        }
    }

    [Fact]
    public void A_scalar_has_no_tensor_span()
    {
        Expect.Throws<InvalidOperationException>(
            "AsTensorSpan: a scalar, which the base library's spans cannot express; use Item(), or Reshape(1) first.", () => Tensor.Scalar(4).AsReadOnlyTensorSpan().Rank);
    }

    [Fact]
    public void Detach_shares_the_buffer_and_drops_the_history()
    {
        Tensor<float> x = Tensor.Ones<float>([2]).RequireGradient(), y = x * 2;
        Tensor<float> detached = y.Detach();
        Assert.False(detached.RequiresGradient);
        detached[0] = 5;
        Assert.Equal(5, y[0]);
        Tensor<float> copy = y.Copy();
        copy[0] = 6;
        Assert.Equal(5, y[0]);
        Assert.False(copy.RequiresGradient);
    }

    [Fact]
    public void A_view_with_an_extent_of_one_counts_as_contiguous_where_it_is()
    {
        Tensor<int> x = Counted(3, 4);
        Assert.True(x[1..2].IsContiguous);
        Assert.True(x[1..2, 2..].IsContiguous);
        Assert.False(x[.., 2..3].IsContiguous);
        Assert.True(Counted(3, 1).Transpose().IsContiguous);
    }
}
