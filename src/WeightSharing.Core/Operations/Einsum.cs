using System.Numerics;

namespace WeightSharing.Tensors;

/// <summary>Sums of products in Einstein's notation.</summary>
public static class EinsumOperation
{
    extension(Tensor)
    {
        /// <summary>
        /// The sum of products that an equation names: <c>"bik,bkj->bij"</c> is a batch of matrix products, <c>"ii->i"</c> a diagonal.
        /// Letters of the right side are kept, in its order; all others are summed over. Without an arrow, letters that occur once are
        /// kept, in alphabetical order.
        /// </summary>
        /// <param name="equation">One letter a dimension, operands separated by commas; spaces do not count.</param>
        /// <param name="operands">As many as the left side has parts.</param>
        /// <exception cref="ArgumentException">The equation is malformed, or the shapes do not fit it.</exception>
        public static Tensor<T> Einsum<T>(string equation, params ReadOnlySpan<Tensor<T>> operands)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (string[] inputs, string output) = Parse(equation, operands.Length);
            CheckExtents(equation, inputs, operands);
            string labels = inputs[0];
            Tensor<T> result = WithoutRepeats(operands[0], ref labels);
            for (int i = 1; i < operands.Length; i++)
            {
                string right = inputs[i];
                Tensor<T> operand = WithoutRepeats(operands[i], ref right);
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

    private static (string[] Inputs, string Output) Parse(string equation, int operands)
    {
        ArgumentNullException.ThrowIfNull(equation);
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] inputs = sides[0].Split(',');
        string letters = string.Concat(inputs);
        string output = sides.Length == 2 ? sides[1] : string.Concat(letters.Where(letter => letters.Count(other => other == letter) == 1).Order());
        string? rule = sides.Length > 2 ? "it may have one arrow"
            : !letters.Concat(output).All(char.IsAsciiLetter) ? "dimensions are named by the letters a to z and A to Z"
            : inputs.Length != operands ? $"it names {inputs.Length} operands, {operands} are given"
            : output.Distinct().Count() != output.Length ? "a letter occurs twice on the right"
            : !output.All(letters.Contains) ? "a letter on the right does not occur on the left"
            : null;
        return rule is null ? (inputs, output) : throw new ArgumentException($"Einsum: equation \"{equation}\": {rule}.", nameof(equation));
    }

    private static void CheckExtents<T>(string equation, string[] inputs, ReadOnlySpan<Tensor<T>> operands)
        where T : unmanaged
    {
        var extents = new Dictionary<char, int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            Shape shape = operands[i].Shape;
            if (shape.Rank != inputs[i].Length)
            {
                throw new ArgumentException(
                    $"Einsum: equation \"{equation}\": operand {i} has shape {shape}, its part \"{inputs[i]}\" names {inputs[i].Length} "
                    + "dimensions.", nameof(operands));
            }

            for (int d = 0; d < shape.Rank; d++)
            {
                char label = inputs[i][d];
                if (extents.TryAdd(label, shape[d]) || extents[label] == shape[d]) continue;
                throw new ArgumentException(
                    $"Einsum: equation \"{equation}\": dimension {d} of operand {i} {shape} is {shape[d]}, but '{label}' was "
                    + $"{extents[label]} before; they must be equal.", nameof(operands));
            }
        }
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
