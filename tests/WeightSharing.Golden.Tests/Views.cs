using System.Globalization;
using System.Numerics;
using WeightSharing.Tensors;

namespace WeightSharing.Tests.Golden;

/// <summary>Views written as text: <c>permute 1,0; slice 0 1 5 2; expand 3,4</c>, applied from left to right.</summary>
internal static class Views
{
    public static Tensor<T> Apply<T>(Tensor<T> x, string? text)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (string part in (text ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            x = words[0] switch
            {
                "permute" => x.Permute(Numbers(words[1])),
                "slice" => x.Slice(Number(words[1]), Number(words[2]), Number(words[3]), Number(words[4])),
                "expand" => Expand(x, Numbers(words[1])),
                _ => throw new FormatException($"view \"{part}\"; expected permute, slice or expand."),
            };
        }

        return x;
    }

    /// <summary>An extent of −1 stays as it is.</summary>
    private static Tensor<T> Expand<T>(Tensor<T> x, int[] extents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int lead = extents.Length - x.Rank;
        for (int i = lead; i < extents.Length; i++) extents[i] = extents[i] < 0 ? x.Shape[i - lead] : extents[i];
        return x.BroadcastTo(new Shape(extents));
    }

    private static int[] Numbers(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number)];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
