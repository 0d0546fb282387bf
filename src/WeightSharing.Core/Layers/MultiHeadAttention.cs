using System.Numerics;
using WeightSharing.Sharing;
using WeightSharing.Tensors;

namespace WeightSharing.Layers;

/// <summary>
/// y = [head₀, head₁, …]·Woᵀ + bo, headₕ = softmax(qₕ·kᵀ/√d)·v with qₕ = x·Wqₕᵀ, and k and v of the head's group.
/// <para>Shares every projection over all steps; with fewer key/value heads than query heads each key/value head over the query heads of its group
/// (grouped), with one over all (multi-query): in the ledger a usage for each, <c>head=k</c> for the k-th query head of every group.</para>
/// <para>Shapes: query [N, L, E], key [N, S, Ek], value [N, S, Ev], output [N, L, E]; d = E/heads. Weights as PyTorch's: in_proj_weight [3·E, E] and
/// in_proj_bias [3·E], or q_proj_weight [E, E], k_proj_weight [kv·d, Ek], v_proj_weight [kv·d, Ev] where widths or numbers of heads differ (then
/// with q_, k_ and v_proj_bias for grouped heads); out_proj.weight [E, E], out_proj.bias [E].</para>
/// <para>Parameters: with biases (2·E + 2·kv·d)·(E + 1) for equal widths; unshared heads 4·E·(E + 1).</para>
/// <para>Vaswani et al., "Attention is all you need", 2017; Shazeer, "Fast transformer decoding", 2019 (multi-query); Ainslie et al., "GQA", 2023 (grouped).</para>
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed class MultiHeadAttention<T> : Layer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // The weights of the projections: one packed, or three; and the biases likewise.
    private readonly Weight<T>[] weights, biases;
    private readonly Projection<T> output;
    private readonly Dropout<T>? dropout;
    private readonly Site[] members;

    /// <summary>An attention.</summary>
    /// <param name="dimension">E, of query and output.</param>
    /// <param name="heads">Number of query heads; divides E.</param>
    /// <param name="keyValueHeads">Number of key/value heads; divides the query heads; null is as many.</param>
    /// <param name="bias">With biases.</param>
    /// <param name="causal">Step i sees steps up to i only; needs L = S.</param>
    /// <param name="dropout">Probability with which an attention weight is dropped while training.</param>
    /// <param name="keyDimension">Ek; null is E.</param>
    /// <param name="valueDimension">Ev; null is E.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number below 1, or a probability outside 0 … 1.</exception>
    /// <exception cref="ArgumentException">The heads do not divide E, or the key/value heads the query heads.</exception>
    public MultiHeadAttention(
        int dimension, int heads, int? keyValueHeads = null, bool bias = true, bool causal = false, double dropout = 0,
        int? keyDimension = null, int? valueDimension = null)
    {
        (Dimension, Heads, KeyValueHeads, IsCausal) = (dimension, heads, keyValueHeads ?? heads, causal);
        (KeyDimension, ValueDimension) = (keyDimension ?? dimension, valueDimension ?? dimension);
        if (Math.Min(Math.Min(dimension, heads), Math.Min(KeyValueHeads, Math.Min(KeyDimension, ValueDimension))) < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(dimension),
                $"MultiHeadAttention: dimensions {dimension}, {KeyDimension}, {ValueDimension}, {heads} heads, {KeyValueHeads} key/value heads; each must be at least 1.");
        }

        if (dimension % heads != 0) throw new ArgumentException($"MultiHeadAttention: {heads} heads do not divide dimension {dimension}; they must.", nameof(heads));
        if (heads % KeyValueHeads != 0)
        {
            throw new ArgumentException($"MultiHeadAttention: {KeyValueHeads} key/value heads do not divide {heads} heads; they must.", nameof(keyValueHeads));
        }

        int shared = KeyValueHeads * HeadDimension;
        bool grouped = KeyValueHeads < heads;
        members = grouped ? [.. Enumerable.Range(0, heads / KeyValueHeads).Select(Site.Head)] : [default];
        weights = !grouped && KeyDimension == dimension && ValueDimension == dimension
            ? [Own("in_proj_weight", 3 * dimension, dimension)]
            : [Own("q_proj_weight", dimension, dimension), Own("k_proj_weight", shared, KeyDimension), Own("v_proj_weight", shared, ValueDimension)];
        biases = !bias ? [] : !grouped
            ? [OwnBias("in_proj_bias", 3 * dimension)]
            : [OwnBias("q_proj_bias", dimension), OwnBias("k_proj_bias", shared), OwnBias("v_proj_bias", shared)];
        output = Register("out_proj", new Projection<T>(
            new Parameter<T>([dimension, dimension], Initializer.FanInUniform, new Fan(dimension, dimension)),
            bias ? new Weight<T>(new Parameter<T>(dimension, Initializer.Zeros)) : null));
        if (dropout != 0) this.dropout = Register("dropout", new Dropout<T>(dropout));
    }

    /// <summary>E.</summary>
    public int Dimension { get; }

    /// <summary>Number of query heads.</summary>
    public int Heads { get; }

    /// <summary>Number of key/value heads: <see cref="Heads"/> unless grouped, 1 for multi-query.</summary>
    public int KeyValueHeads { get; }

    /// <summary>d = E / heads.</summary>
    public int HeadDimension => Dimension / Heads;

    /// <summary>True when step i sees steps up to i only.</summary>
    public bool IsCausal { get; }

    /// <summary>Ek.</summary>
    public int KeyDimension { get; }

    /// <summary>Ev.</summary>
    public int ValueDimension { get; }

    /// <summary>Self-attention: [N, L, E] → [N, L, E].</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor<T> Forward(Tensor<T> input) => Forward(input, input, input);

    /// <summary>Attention of queries to keys, which give weights to values.</summary>
    /// <param name="query">[N, L, E].</param>
    /// <param name="key">[N, S, Ek].</param>
    /// <param name="value">[N, S, Ev].</param>
    /// <param name="mask">
    /// True where a query sees a key; broadcasts to [N, heads, L, S]: [L, S] for all alike, [N, 1, 1, S] for padded keys. A query that sees nothing
    /// gets zeros from every head. Null: all see all.
    /// </param>
    /// <returns>[N, L, E].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor<T> Forward(Tensor<T> query, Tensor<T> key, Tensor<T> value, Tensor<bool>? mask = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Check(query.Shape, key.Shape, value.Shape);
        int batch = query.Shape[0], length = query.Shape[1], keys = key.Shape[1], groups = KeyValueHeads, d = HeadDimension;
        int perGroup = Heads / groups;
        mask = Combined(mask, [batch, Heads, length, keys]);
        (Part queries, Part[] keyParts, Part[] valueParts) = Parts(length, keys);

        // q: [N, groups, heads a group, L, d]       k, v: [N, groups, S, d]
        Tensor<T> q = query.Linear(queries.Weight, queries.Bias).Reshape(batch, length, groups, perGroup, d).Permute(0, 2, 3, 1, 4);
        // One round for all heads; a round for each member of the groups while their contributions are told apart.
        int rounds = keyParts.Length, members = perGroup / rounds;
        var contexts = new Tensor<T>[rounds];
        for (int round = 0; round < rounds; round++)
        {
            Tensor<T> k = key.Linear(keyParts[round].Weight, keyParts[round].Bias).Reshape(batch, keys, groups, d).Permute(0, 2, 3, 1);
            Tensor<T> v = value.Linear(valueParts[round].Weight, valueParts[round].Bias).Reshape(batch, keys, groups, d).Permute(0, 2, 1, 3);
            Tensor<T> rows = q.Slice(2, round * members, (round + 1) * members).Reshape(batch, groups, members * length, d);
            // s = q·kᵀ/√d        [N, groups, members·L, S] = [N, groups, members·L, d] · [N, groups, d, S]
            Tensor<T> scores = (rows.MatMul(k) * T.CreateChecked(1 / Math.Sqrt(d))).Reshape(batch, groups, members, length, keys);
            Tensor<bool>? seen = mask is null or { Rank: <= 2 }
                ? mask : mask.Reshape(batch, groups, perGroup, length, keys).Slice(2, round * members, (round + 1) * members);
            Tensor<T> attention = Normalized(scores, seen);
            if (dropout is not null) attention = dropout.Forward(attention);
            // c = a·v            [N, groups, members·L, d] = [N, groups, members·L, S] · [N, groups, S, d]
            contexts[round] = attention.Reshape(batch, groups, members * length, keys).MatMul(v).Reshape(batch, groups, members, length, d);
        }

        return output.Forward(Tensor.Concat<T>(contexts, 2).Permute(0, 3, 1, 2, 4).Reshape(batch, length, Dimension));
    }

    /// <inheritdoc/>
    protected override Module<TOther> CopyAs<TOther>(ModuleCopier<T, TOther> copier) => new MultiHeadAttention<TOther>(
        Dimension, Heads, KeyValueHeads, biases.Length > 0, IsCausal, dropout?.Probability ?? 0, KeyDimension, ValueDimension);

    private readonly record struct Part(Tensor<T> Weight, Tensor<T>? Bias);

    private static Tensor<T> Normalized(Tensor<T> scores, Tensor<bool>? seen)
    {
        if (seen is null) return scores.Softmax(-1);
        // A finite number instead of −∞, and zeros afterwards: a query that sees nothing must not become NaN.
        Tensor<T> hidden = Tensor.Scalar(T.CreateSaturating(-1e30));
        return Tensor.Where(seen, Tensor.Where(seen, scores, hidden).Softmax(-1), Tensor.Scalar(T.Zero));
    }

    private Weight<T> Own(string name, int rows, int columns) =>
        Register(name, new Parameter<T>([rows, columns], Initializer.XavierUniform, new Fan(columns, rows)));

    private Weight<T> OwnBias(string name, int count) => Register(name, new Parameter<T>(count, Initializer.Zeros));

    /// <summary>The weights of the three projections: queries once, keys and values for each member of a group, or once for all of them.</summary>
    private (Part Queries, Part[] Keys, Part[] Values) Parts(int length, int keys)
    {
        // Packed: one use of all rows, over the longer of the two sequences.
        Tensor<T>? packed = weights.Length == 1 ? weights[0].Use(positions: Math.Max(length, keys)) : null;
        Tensor<T>? packedBias = biases.Length == 1 ? biases[0].Use(positions: Math.Max(length, keys)) : null;
        Part[] Of(int which, int positions)
        {
            int rows = which == 0 ? Dimension : KeyValueHeads * HeadDimension, start = which == 0 ? 0 : Dimension + (which - 1) * rows;
            Site[] sites = which == 0 ? [default] : members;
            Tensor<T>[] w = packed is not null ? [packed.Slice(0, start, start + rows)] : weights[which].UseAt(sites, positions);
            Tensor<T>[] b = packedBias is not null ? [packedBias.Slice(0, start, start + rows)] : biases.Length > 0 ? biases[which].UseAt(sites, positions) : [];
            return [.. w.Select((weight, i) => new Part(weight, b.Length == 0 ? null : b[i]))];
        }

        return (Of(0, length)[0], Of(1, keys), Of(2, keys));
    }

    /// <summary>The mask and what causality hides: of at most two dimensions, or for every head.</summary>
    private Tensor<bool>? Combined(Tensor<bool>? mask, Shape shape)
    {
        if (mask is not null && !mask.Shape.BroadcastsTo(shape))
        {
            throw new ArgumentException($"MultiHeadAttention: mask {mask.Shape} does not broadcast to [N, heads, L, S] = {shape}.", nameof(mask));
        }

        if (IsCausal && shape[2] != shape[3])
        {
            throw new ArgumentException($"MultiHeadAttention: causal attention of {shape[2]} queries to {shape[3]} keys; their numbers must be equal. Use a mask instead.", nameof(mask));
        }

        if (IsCausal)
        {
            Tensor<bool> past = Tensor.LowerTriangularMask(shape[2], shape[3]);
            mask = mask is null ? past : mask.And(past);
        }

        if (mask is null or { Rank: <= 2 } || mask.Shape == shape) return mask;
        Tensor<bool> full = Tensor.Zeros<bool>(shape);
        full.CopyFrom(mask);
        return full;
    }

    private void Check(in Shape query, in Shape key, in Shape value)
    {
        if (query.Rank != 3 || query[2] != Dimension || key.Rank != 3 || key[2] != KeyDimension || value.Rank != 3 || value[2] != ValueDimension
            || key[0] != query[0] || value[0] != query[0] || value[1] != key[1])
        {
            throw new ArgumentException(
                $"MultiHeadAttention: query {query}, key {key}, value {value}; expected [N, L, {Dimension}], [N, S, {KeyDimension}], [N, S, {ValueDimension}].", nameof(query));
        }
    }
}
