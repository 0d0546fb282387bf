using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Sums of products in Einstein's notation.</summary>
public static class EinsumOperation
{
    private const string Ellipsis = "...";

    extension(Tensor)
    {
        /// <summary>
        /// The sum of products that an equation names: <c>"bik,bkj->bij"</c> is a batch of matrix products, <c>"ii->i"</c> a diagonal.
        /// Letters of the right side are kept, in its order; all others are summed over. Without an arrow, letters that occur once are
        /// kept, in alphabetical order. An ellipsis stands for any dimensions, which broadcast from the last on, as in
        /// <c>"...ij,...jk->...ik"</c>; without an arrow they come first. A named dimension of extent 1 broadcasts, too.
        /// </summary>
        /// <param name="equation">One letter a dimension, operands separated by commas; spaces do not count.</param>
        /// <param name="operands">As many as the left side has parts.</param>
        /// <exception cref="ArgumentException">The equation is malformed, or the shapes do not fit it.</exception>
        public static Tensor<T> Einsum<T>(string equation, params ReadOnlySpan<Tensor<T>> operands)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (string[] inputs, string output) = Parse(equation, operands);
            Dictionary<char, int> extents = Extents(equation, inputs, operands);
            var dense = new Tensor<T>[inputs.Length];
            for (int i = 0; i < inputs.Length; i++) dense[i] = WithoutBroadcast(WithoutRepeats(operands[i], ref inputs[i]), ref inputs[i], extents);
            string labels = inputs[0];
            Tensor<T> result = dense[0];
            for (int i = 1; i < inputs.Length; i++)
            {
                string right = inputs[i];
                Tensor<T> operand = dense[i];
                // What this pair alone holds is summed as soon as it can be.
                string needed = output + string.Concat(inputs[(i + 1)..]);
                result = SumOut(result, ref labels, needed + right);
                operand = SumOut(operand, ref right, needed + labels);
                result = Contract(result, operand, ref labels, right, needed);
            }

            result = SumOut(result, ref labels, output);
            return result.Permute([.. output.Select(label => labels.IndexOf(label, StringComparison.Ordinal))]);
        }
    }

    /// <summary>The labels of each operand and of the result; dimensions of an ellipsis are labelled by digits, counted from the last.</summary>
    private static (string[] Inputs, string Output) Parse<T>(string equation, ReadOnlySpan<Tensor<T>> operands)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(equation);
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] inputs = sides[0].Split(',');
        string letters = string.Concat(inputs).Replace(Ellipsis, "", StringComparison.Ordinal);
        string once = string.Concat(letters.Where(letter => letters.Count(other => other == letter) == 1).Order());
        string output = sides.Length == 2 ? sides[1] : (sides[0].Contains(Ellipsis, StringComparison.Ordinal) ? Ellipsis : "") + once;
        string kept = output.Replace(Ellipsis, "", StringComparison.Ordinal);
        string? rule = sides.Length > 2 ? "it may have one arrow"
            : inputs.Append(output).Any(part => part.Split(Ellipsis).Length > 2) ? "an ellipsis may occur once in a part"
            : !letters.Concat(kept).All(char.IsAsciiLetter) ? "dimensions are named by the letters a to z and A to Z, and those without a name by ..."
            : inputs.Length != operands.Length ? $"it names {inputs.Length} operands, {operands.Length} are given"
            : kept.Distinct().Count() != kept.Length ? "a letter occurs twice on the right"
            : !kept.All(letters.Contains) ? "a letter on the right does not occur on the left"
            : null;
        if (rule is not null) throw new ArgumentException($"Einsum: equation \"{equation}\": {rule}.", nameof(equation));
        int unnamed = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            Shape shape = operands[i].Shape;
            bool open = inputs[i].Contains(Ellipsis, StringComparison.Ordinal);
            int named = inputs[i].Length - (open ? Ellipsis.Length : 0), more = shape.Rank - named;
            if (open ? more < 0 : more != 0)
            {
                throw new ArgumentException(
                    $"Einsum: equation \"{equation}\": operand {i} has shape {shape}, its part \"{inputs[i]}\" names {named} "
                    + $"dimensions{(open ? " besides the ellipsis" : "")}.", nameof(operands));
            }

            unnamed = Math.Max(unnamed, more);
            inputs[i] = inputs[i].Replace(Ellipsis, Unnamed(more), StringComparison.Ordinal);
        }

        return (inputs, output.Replace(Ellipsis, Unnamed(unnamed), StringComparison.Ordinal));
    }

    private static string Unnamed(int dimensions) => string.Concat(Enumerable.Range(0, dimensions).Reverse());

    private static Dictionary<char, int> Extents<T>(string equation, string[] inputs, ReadOnlySpan<Tensor<T>> operands)
        where T : unmanaged
    {
        var extents = new Dictionary<char, int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            Shape shape = operands[i].Shape;
            for (int d = 0; d < shape.Rank; d++)
            {
                char label = inputs[i][d];
                int first = inputs[i].IndexOf(label, StringComparison.Ordinal);
                if (first < d && shape[first] == shape[d]) continue;
                if (first == d && (extents.TryAdd(label, shape[d]) || extents[label] == shape[d] || shape[d] == 1)) continue;
                if (first == d && extents[label] == 1)
                {
                    extents[label] = shape[d];
                    continue;
                }

                string name = char.IsAsciiDigit(label) ? "this dimension of the ellipsis" : $"'{label}'";
                throw new ArgumentException(
                    $"Einsum: equation \"{equation}\": dimension {d} of operand {i} {shape} is {shape[d]}, but {name} was "
                    + $"{(first < d ? shape[first] : extents[label])} before; they must be equal{(first < d ? "" : ", or one of them 1")}.", nameof(operands));
            }
        }

        return extents;
    }

    /// <summary>A dimension of extent 1 that is longer in another operand serves for all of its positions: it is left out.</summary>
    private static Tensor<T> WithoutBroadcast<T>(Tensor<T> x, ref string labels, Dictionary<char, int> extents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int d = labels.Length - 1; d >= 0; d--)
        {
            if (x.Shape[d] == extents[labels[d]]) continue;
            (x, labels) = (x.Squeeze(d), labels.Remove(d, 1));
        }

        return x;
    }

    /// <summary>A letter that occurs twice in one operand takes the diagonal of the two dimensions.</summary>
    private static Tensor<T> WithoutRepeats<T>(Tensor<T> x, ref string labels)
        where T : unmanaged
    {
        for (int second = labels.Length - 1; second > 0; second--)
        {
            int first = labels.IndexOf(labels[second], StringComparison.Ordinal);
            if (first == second) continue;
            char label = labels[second];
            x = x.Diagonal(first, second);
            labels = labels.Remove(second, 1).Remove(first, 1) + label;
            second = labels.Length;
        }

        return x;
    }

    private static Tensor<T> SumOut<T>(Tensor<T> x, ref string labels, string needed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string former = labels;
        int[] gone = [.. Enumerable.Range(0, former.Length).Where(d => !needed.Contains(former[d], StringComparison.Ordinal))];
        if (gone.Length == 0) return x;
        labels = string.Concat(former.Where(label => needed.Contains(label, StringComparison.Ordinal)));
        return x.Sum(gone);
    }

    // [batch, m, n] = [batch, m, k] · [batch, k, n]: letters of both that are still needed, of the left, summed, and of the right alone
    private static Tensor<T> Contract<T>(Tensor<T> a, Tensor<T> b, ref string left, string right, string needed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string both = string.Concat(left.Intersect(right));
        string batch = string.Concat(both.Where(needed.Contains)), summed = string.Concat(both.Except(batch));
        string m = string.Concat(left.Except(both)), n = string.Concat(right.Except(both));
        Tensor<T> first = Arrange(a, left, batch, m, summed), second = Arrange(b, right, batch, summed, n);
        Shape shape = Extents(a, left, batch).Concat(Extents(a, left, m)).Concat(Extents(b, right, n));
        left = batch + m + n;
        return first.MatMul(second).Reshape(shape);
    }

    private static Tensor<T> Arrange<T>(Tensor<T> x, string labels, string batch, string rows, string columns)
        where T : unmanaged => x
        .Permute([.. (batch + rows + columns).Select(label => labels.IndexOf(label, StringComparison.Ordinal))])
        .Reshape([Extents(x, labels, batch).Count, Extents(x, labels, rows).Count, Extents(x, labels, columns).Count]);

    private static Shape Extents<T>(Tensor<T> x, string labels, string which)
        where T : unmanaged => new([.. which.Select(label => x.Shape[labels.IndexOf(label, StringComparison.Ordinal)])]);
}
