using WeightSharing.Tensors;
using WeightSharing.Tests.Support;

namespace WeightSharing.Tests.Operations;

public class GatherColumnsTests
{
    private static readonly SparsePattern Pattern = SparsePattern.FromRows(4, [0, 2, 2, 5], [0, 3, 0, 1, 3]);

    [Fact]
    public void Each_entry_gets_the_row_of_its_column()
    {
        Tensor<double> x = Expect.Values([4, 3]);
        Expect.Bitwise(x.IndexSelect(0, Tensor.From(0, 3, 0, 1, 3)), x.GatherColumns(Pattern));
        Assert.Equal([5, 2, 2], Expect.Values([4, 2, 2]).GatherColumns(Pattern).Shape.ToArray());
        Assert.Equal([5], Expect.Values([4]).GatherColumns(Pattern).Shape.ToArray());
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Expect.Gradients(x => x.GatherColumns(Pattern).Pow(2.0), Expect.Values([4, 2]));
        Expect.Gradients(x => x.GatherColumns(Pattern)[1..] * x, Expect.Values([4]));
        Expect.Empty(xs => xs[0].GatherColumns(SparsePattern.FromRows(4, [0, 0], [])), [0, 2], [4, 2]);
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused() => Expect.Throws<ArgumentException>(
        "GatherColumns: x [3, 2] for a pattern [3, 4] with 5 entries; x's first dimension must be 4.", () => Expect.Values([3, 2]).GatherColumns(Pattern));
}
