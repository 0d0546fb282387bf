using System.Xml.Linq;
using WeightSharing.Analysis;

namespace WeightSharing.Tests.Analysis;

public sealed class SvgPictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void A_map_has_a_square_for_every_number_but_zero_coloured_by_sign_and_size()
    {
        var picture = SvgPicture.Map("a < b", new double[,] { { 2, 0, -1 }, { 0, 0.5, 0 } }, signed: true);
        XElement svg = XDocument.Parse(picture.ToString()).Root!;
        Assert.Equal("a < b", svg.Attribute("aria-label")!.Value);
        XElement[] cells = [.. svg.Elements(Svg + "rect").Where(rect => rect.Attribute("fill-opacity") is not null)];
        Assert.Equal(["1", "0.5", "0.25"], cells.Select(cell => cell.Attribute("fill-opacity")!.Value));
        Assert.Equal(["var(--plus)", "var(--minus)", "var(--plus)"], cells.Select(cell => cell.Attribute("fill")!.Value));
        Assert.Equal([("0", "0"), ("48", "0"), ("24", "24")], cells.Select(cell => (cell.Attribute("x")!.Value, cell.Attribute("y")!.Value)));
    }

    [Fact]
    public void Curves_have_points_where_the_axes_say_and_leave_out_what_an_axis_cannot_show()
    {
        var picture = SvgPicture.Curves("c", [("one", [(1, 10), (10, 100), (100, 1000)]), ("two", [(1, 0), (10, 10)])], "x", "y", logX: true, logY: true);
        XElement svg = XDocument.Parse(picture.ToString()).Root!;
        string[] points = [.. svg.Elements(Svg + "polyline").Select(line => line.Attribute("points")!.Value)];
        // From the left to the right and almost from the bottom to the top, the middle in the middle.
        Assert.Equal(["64,212.89 306,124 548,35.11", "306,212.89"], points);
        string[] texts = [.. svg.Elements(Svg + "text").Select(text => text.Value)];
        Assert.Equal(["10", "100", "1,000", "1", "10", "100", "one", "two", "x", "y"], texts);
    }

    [Fact]
    public void A_flat_curve_and_none_have_axes_too()
    {
        Assert.Contains("64,124 548,124", SvgPicture.Curves("flat", [("", [(0, 3), (1, 3)])]).ToString(), StringComparison.Ordinal);
        Assert.Contains("<polyline points=\"\"", SvgPicture.Curves("none", [("", [])]).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("fill-opacity", SvgPicture.Map("zeros", new double[2, 2]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_has_its_own_colours_for_light_and_dark()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("svg-").FullName, "map.svg");
        var picture = SvgPicture.Map("m", new double[,] { { 1 } });
        picture.Save(path);
        Assert.Equal(picture.ToString(), File.ReadAllText(path));
        Assert.Contains("prefers-color-scheme: dark", picture.ToString(), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
