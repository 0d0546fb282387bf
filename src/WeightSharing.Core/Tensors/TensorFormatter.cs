using System.Globalization;
using System.Text;

namespace WeightSharing.Tensors;

/// <summary>Writes a tensor for people: its type and shape, then its values in rows, aligned, the middle left out when there are many.</summary>
internal static class TensorFormatter
{
    private const int FullUpTo = 1000, EdgeItems = 3;

    public static string Format<T>(Tensor<T> tensor)
        where T : unmanaged
    {
        string head = $"Tensor<{Name<T>()}> {tensor.Shape}";
        if (tensor.Count == 0) return head + " (empty)";
        if (tensor.Rank == 0) return $"{head} {FormatElement(tensor.Item())}";

        bool shorten = tensor.Count > FullUpTo;
        var cells = new List<string>();
        Collect(tensor, [], 0, shorten, cells);
        int width = cells.Max(cell => cell.Length);
        var text = new StringBuilder(head).Append('\n');
        int next = 0;
        Write(tensor.Shape, 0, shorten, cells, ref next, width, text);
        return text.ToString();
    }

    private static void Collect<T>(Tensor<T> tensor, int[] prefix, int dimension, bool shorten, List<string> cells)
        where T : unmanaged
    {
        if (dimension == tensor.Rank)
        {
            cells.Add(FormatElement(tensor[prefix]));
            return;
        }

        foreach (int i in Shown(tensor.Shape[dimension], shorten))
        {
            if (i >= 0) Collect(tensor, [.. prefix, i], dimension + 1, shorten, cells);
        }
    }

    private static void Write(in Shape shape, int dimension, bool shorten, List<string> cells, ref int next, int width, StringBuilder text)
    {
        bool innermost = dimension == shape.Rank - 1;
        text.Append('[');
        bool first = true;
        foreach (int i in Shown(shape[dimension], shorten))
        {
            if (!first) text.Append(innermost ? ", " : $",{new string('\n', shape.Rank - 1 - dimension)}{new string(' ', dimension + 1)}");
            first = false;
            if (i < 0) text.Append('…');
            else if (innermost) text.Append(cells[next++].PadLeft(width));
            else Write(shape, dimension + 1, shorten, cells, ref next, width, text);
        }

        text.Append(']');
    }

    // Indices of a dimension that are shown; −1 stands for those left out.
    private static IEnumerable<int> Shown(int extent, bool shorten) => !shorten || extent <= 2 * EdgeItems
        ? Enumerable.Range(0, extent)
        : [.. Enumerable.Range(0, EdgeItems), -1, .. Enumerable.Range(extent - EdgeItems, EdgeItems)];

    private static string FormatElement<T>(T value) => value switch
    {
        float or double or Half => FormatReal(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        bool truth => truth ? "true" : "false",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };

    // Four digits, in scientific notation where the plain form would show none of them or too many.
    private static string FormatReal(double value) => value.ToString(
        value != 0 && double.IsFinite(value) && (Math.Abs(value) is < 1e-3 or >= 1e6) ? "0.####e+0" : "0.####", CultureInfo.InvariantCulture);

    private static string Name<T>() => default(T) switch
    {
        float => "float",
        double => "double",
        int => "int",
        long => "long",
        bool => "bool",
        byte => "byte",
        _ => typeof(T).Name,
    };
}
