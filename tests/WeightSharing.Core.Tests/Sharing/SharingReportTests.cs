using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Sharing;

public class SharingReportTests
{
    private sealed class Model(params (string Name, Weight<float> Weight)[] weights) : IParameterized<float>
    {
        public ParameterSet<float> Parameters => new(weights);
    }

    private static Weight<float> Weight(params int[] shape) => new Parameter<float>(Tensor.Ones<float>(new Shape(shape)));

    [Fact]
    public void Each_parameter_has_a_row_with_what_its_sharing_saves()
    {
        // 28×28 images, one 5×5 filter at 24×24 positions; a matrix used as it is and transposed; a bias that is not used.
        Weight<float> filter = Weight(1, 1, 5, 5), matrix = Weight(10, 20), bias = Weight(10);
        var model = new Model(("filter", filter), ("encoder", matrix), ("bias", bias), ("decoder", matrix.Transposed()));
        SharingReport report = SharingReport.Of(model, () =>
        {
            filter.Use(positions: 576);
            matrix.Use();
            matrix.Transposed().Use();
        });

        Assert.Equal([25L, 200, 10], report.Rows.Select(row => row.FreeCount));
        Assert.Equal([576L * 25, 400, 10], report.Rows.Select(row => row.UnsharedCount));
        Assert.Equal([576L, 2, 0], report.Rows.Select(row => row.Places));
        Assert.Equal([576.0, 2, 1], report.Rows.Select(row => row.Saving));
        Assert.Equal(["encoder", "decoder"], report.Rows[1].Names);
        Assert.Equal(["×576"], report.Rows[0].Usages);
        Assert.Equal((235L, 14810L), (report.FreeCount, report.UnsharedCount));
        Assert.Equal(14810.0 / 235, report.Saving);
        Assert.Equal(
            """
            parameter          free  used as            unshared  saving
            ─────────────────  ────  ─────────────────  ────────  ──────
            filter               25  1 use, 576 places    14,400    576×
            encoder = decoder   200  2 uses, 2 places        400      2×
            bias                 10  not used yet             10      1×
            ─────────────────  ────  ─────────────────  ────────  ──────
            total               235                       14,810  63.02×
            """.ReplaceLineEndings("\n"),
            report.ToString());
    }

    [Fact]
    public void Only_the_uses_of_the_pass_asked_for_are_counted()
    {
        Weight<float> weight = Weight(4);
        var model = new Model(("weight", weight));
        weight.Use(Site.Step(0));
        SharingReport one = SharingReport.Of(model, () => weight.Use(Site.Step(1)));
        Assert.Equal(["t=1"], one.Rows[0].Usages);
        SharingReport again = SharingReport.Of(model, () => weight.Use(Site.Step(0)));
        Assert.Equal(["t=0"], again.Rows[0].Usages);
        Assert.Equal(2, SharingReport.Of(model).Rows[0].Usages.Count);
        Assert.Equal(8, SharingReport.Of(model).UnsharedCount);
    }

    [Fact]
    public void Entries_fixed_at_zero_do_not_count()
    {
        Weight<float> weight = new Weight<float>(new Parameter<float>(Tensor.Ones<float>([3, 2]))).Through(Tying.Masked(4, true, false, false, true));
        SharingReport report = SharingReport.Of(new Model(("weight", weight)), () => weight.Use(positions: 5));
        Assert.Equal(30, report.UnsharedCount);
        Assert.Equal(5, report.Saving);
    }

    [Fact]
    public void A_model_without_parameters_saves_nothing()
    {
        SharingReport report = SharingReport.Of(new Model());
        Assert.Equal((0L, 0L, 1.0), (report.FreeCount, report.UnsharedCount, report.Saving));
        Assert.Empty(report.Rows);
    }
}
