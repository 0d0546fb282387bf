using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using WeightSharing.Autograd;
using WeightSharing.Kernels;

namespace WeightSharing.Tensors;

/// <summary>
/// An n-dimensional array of <typeparamref name="T"/>: a view (shape, strides, offset) of a flat row-major buffer. Storage, views and
/// indexing exist for every unmanaged type; arithmetic and gradients for floating-point types.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
/// <remarks>
/// Transposes and slices are views of the same buffer. Values are read from many threads at once safely; writing needs the caller's care.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class Tensor<T>
    where T : unmanaged
{
    private readonly Shape shape;
    private readonly int[]? strides;     // null: dense row-major

    internal Tensor(Storage<T> storage, in Shape shape, int offset = 0, int[]? strides = null)
    {
        Storage = storage;
        this.shape = shape;
        this.strides = strides;
        Offset = offset;
    }

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape => shape;

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank => shape.Rank;

    /// <summary>The number of elements.</summary>
    public int Count => shape.Count;

    /// <summary>True when the elements lie in row-major order without gaps.</summary>
    public bool IsContiguous
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => strides is null;
    }

    internal Storage<T> Storage { get; }

    internal int Offset { get; }

    /// <summary>How the value was made, or the leaf that gathers its gradient; null for constants.</summary>
    internal Node? Node { get; set; }

    /// <summary>True when gradients flow to this tensor: it requires one itself, or was computed, while recording, from one that does.</summary>
    public bool RequiresGradient
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Node is { Frozen: false };
    }

    /// <summary>Element at a multi-index; negative indices count from the end. Writing counts as a change of the tensor's version.</summary>
    /// <exception cref="ArgumentException">The number of indices is not the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside its dimension.</exception>
    [IndexerName("Element")]
    public T this[params ReadOnlySpan<int> index]
    {
        get => Storage.Span[Position(index)];
        set
        {
            Storage.Version++;
            Storage.Span[Position(index)] = value;
        }
    }

    /// <summary>One range a dimension, from the first on, as a view that gradients flow through: <c>x[1..3, ..^1]</c>.</summary>
    [IndexerName("Element")]
    public Tensor<T> this[params ReadOnlySpan<Range> ranges] => this.Slice(ranges);

    /// <summary>The only element of a tensor with one element.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another number of elements.</exception>
    public T Item() => Count == 1
        ? Storage.Span[Offset]
        : throw new InvalidOperationException($"Item: shape {Shape} has {Count} elements; Item() needs exactly one. Index the tensor, or reduce it first.");

    /// <summary>The elements in row-major order, as an array of their own.</summary>
    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result);
        return result;
    }

    /// <summary>Copies the elements in row-major order.</summary>
    /// <exception cref="ArgumentException">The target is shorter than <see cref="Count"/>.</exception>
    public void CopyTo(Span<T> target)
    {
        if (target.Length < Count)
        {
            throw new ArgumentException($"CopyTo: target has {target.Length} elements, shape {Shape} needs {Count}.", nameof(target));
        }

        if (IsContiguous)
        {
            DenseSpan().CopyTo(target);
            return;
        }

        Span<int> own = stackalloc int[Shape.MaximumRank], dense = stackalloc int[Shape.MaximumRank];
        CopyStrides(own);
        shape.DenseStrides(dense);
        Strided.Copy<T>(shape.Span, Storage.Span, Offset, own[..Rank], target, 0, dense[..Rank]);
    }

    /// <summary>Overwrites the elements with those of <paramref name="source"/>, which broadcasts to this shape. Not recorded.</summary>
    /// <exception cref="ArgumentException">The source's shape does not broadcast to this one.</exception>
    public void CopyFrom(Tensor<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.shape.BroadcastsTo(shape))
        {
            throw new ArgumentException($"CopyFrom: source {source.Shape} does not broadcast to {Shape}.", nameof(source));
        }

        Span<int> from = stackalloc int[Shape.MaximumRank], to = stackalloc int[Shape.MaximumRank];
        source.BroadcastStrides(shape, from);
        CopyStrides(to);
        Storage.Version++;
        Strided.Copy<T>(shape.Span, source.Storage.Span, source.Offset, from[..Rank], Storage.Span, Offset, to[..Rank]);
    }

    /// <summary>Overwrites the elements, given in row-major order. Not recorded.</summary>
    /// <exception cref="ArgumentException">The number of values is not <see cref="Count"/>.</exception>
    public void CopyFrom(ReadOnlySpan<T> values)
    {
        if (values.Length != Count)
        {
            throw new ArgumentException($"CopyFrom: {values.Length} values for shape {Shape}, which has {Count} elements.", nameof(values));
        }

        CopyFrom(new Tensor<T>(Storage<T>.Wrap(values.ToArray(), nameof(CopyFrom)), shape));
    }

    /// <summary>Sets every element. Not recorded.</summary>
    public void Fill(T value)
    {
        Storage.Version++;
        if (IsContiguous) Buffer.Fill(value);
        else CopyFrom(new Tensor<T>(Storage<T>.Wrap([value], nameof(Fill)), []));
    }

    /// <summary>The elements of a contiguous tensor, to read. The buffer will not be used again for another tensor.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not contiguous.</exception>
    public ReadOnlySpan<T> AsReadOnlySpan()
    {
        RequireContiguous(nameof(AsReadOnlySpan));
        Storage.SpanHandedOut = true;
        return Buffer;
    }

    /// <summary>The elements of a contiguous tensor, to write: counts as a change, so a recorded operation that needs the old value will refuse.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not contiguous.</exception>
    public Span<T> AsSpan()
    {
        RequireContiguous(nameof(AsSpan));
        Storage.SpanHandedOut = Storage.MayChangeUnseen = true;
        Storage.Version++;
        return Buffer;
    }

    /// <summary>The base library's n-dimensional view of the same elements, without a copy; counts as a change, as <see cref="AsSpan"/> does.</summary>
    public TensorSpan<T> AsTensorSpan()
    {
        Storage.Version++;
        Storage.SpanHandedOut = Storage.MayChangeUnseen = true;
        (nint[] lengths, nint[] steps) = NativeLayout();
        return new TensorSpan<T>(Storage.Span[Offset..], lengths, steps);
    }

    /// <summary>The base library's read-only n-dimensional view of the same elements, without a copy.</summary>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan()
    {
        Storage.SpanHandedOut = true;
        (nint[] lengths, nint[] steps) = NativeLayout();
        return new ReadOnlyTensorSpan<T>(Storage.Span[Offset..], lengths, steps);
    }

    /// <summary>Takes the tensor's buffer out of the scope that it belongs to, so that it outlives it; returns the tensor.</summary>
    public Tensor<T> Keep()
    {
        _ = Storage.Span;
        Storage.Scope = null;
        return this;
    }

    /// <summary>The same values without their history: gradients stop here. Shares the buffer.</summary>
    public Tensor<T> Detach() => new(Storage, shape, Offset, strides);

    /// <summary>A copy with a buffer of its own, without history.</summary>
    public Tensor<T> Copy()
    {
        Tensor<T> copy = Uninitialized(shape, nameof(Copy));
        CopyTo(copy.Buffer);
        return copy;
    }

    /// <summary>Shape and values, rounded to four digits and shortened in the middle when there are many.</summary>
    public override string ToString() => TensorFormatter.Format(this);

    private string DebuggerText => Storage.IsAlive ? ToString() : $"Tensor<{typeof(T).Name}> {Shape} (its scope has ended)";

    internal static Tensor<T> Uninitialized(in Shape shape, string origin) => new(Storage<T>.Create(shape.Count, origin), shape);

    internal static Tensor<T> Zeroed(in Shape shape, string origin)
    {
        Tensor<T> result = Uninitialized(shape, origin);
        result.Buffer.Clear();
        return result;
    }

    /// <summary>True when the elements are the whole of the storage, in order.</summary>
    internal bool OwnsItsStorage => Offset == 0 && Storage.Length == Count && IsContiguous;

    /// <summary>Zeros in a buffer that belongs to no scope.</summary>
    internal static Tensor<T> Persistent(in Shape shape, string origin)
    {
        var result = new Tensor<T>(Storage<T>.CreatePersistent(shape.Count, origin), shape);
        result.Buffer.Clear();
        return result;
    }

    /// <summary>The elements of a contiguous tensor, without a note that they may change: for operations that fill what they made.</summary>
    internal Span<T> Buffer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Storage.Span.Slice(Offset, shape.Count);
    }

    /// <summary>The elements in row-major order: the buffer itself, or a copy when the tensor is a strided view.</summary>
    internal ReadOnlySpan<T> DenseSpan()
    {
        if (IsContiguous) return Buffer;
        Tensor<T> dense = Uninitialized(shape, Storage.Origin);
        CopyTo(dense.Buffer);
        return dense.Buffer;
    }

    /// <summary>This tensor when contiguous, else a dense copy without history.</summary>
    internal Tensor<T> Dense() => IsContiguous ? this : Copy();

    /// <summary>A view of the same buffer, without history.</summary>
    internal Tensor<T> View(in Shape viewShape, int offset, ReadOnlySpan<int> viewStrides)
    {
        Span<int> dense = stackalloc int[Shape.MaximumRank];
        viewShape.DenseStrides(dense);
        bool isDense = true;
        ReadOnlySpan<int> extents = viewShape.Span;
        // The stride of a dimension of extent 1 is never used; an empty tensor has no elements to place.
        for (int i = 0; i < extents.Length; i++) isDense &= extents[i] == 1 || viewStrides[i] == dense[i];
        isDense |= viewShape.Count == 0;
        return new Tensor<T>(Storage, viewShape, viewShape.Count == 0 ? 0 : offset, isDense ? null : viewStrides.ToArray());
    }

    /// <summary>True when all along a dimension stand the same elements, one buffer seen as often.</summary>
    internal bool IsRepeated(int dimension) => strides is not null && strides[dimension] == 0 && shape[dimension] > 1;

    internal void CopyStrides(Span<int> target)
    {
        if (strides is null) shape.DenseStrides(target);
        else strides.CopyTo(target);
    }

    /// <summary>Strides under which this tensor reads as <paramref name="target"/>: 0 where an extent of 1 is repeated.</summary>
    internal void BroadcastStrides(in Shape target, Span<int> result)
    {
        Span<int> own = stackalloc int[Shape.MaximumRank];
        CopyStrides(own);
        int lead = target.Rank - Rank;
        result[..lead].Clear();
        ReadOnlySpan<int> extents = shape.Span, wanted = target.Span;
        for (int i = 0; i < Rank; i++) result[lead + i] = extents[i] == 1 && wanted[lead + i] != 1 ? 0 : own[i];
    }

    private int Position(ReadOnlySpan<int> index)
    {
        if (index.Length != Rank)
        {
            throw new ArgumentException($"Tensor: {index.Length} indices for shape {Shape}, which has {Rank} dimensions.", nameof(index));
        }

        Span<int> own = stackalloc int[Shape.MaximumRank];
        CopyStrides(own);
        int position = Offset;
        for (int i = 0; i < index.Length; i++)
        {
            int extent = shape[i], at = index[i] < 0 ? index[i] + extent : index[i];
            if ((uint)at >= (uint)extent)
            {
                throw new ArgumentOutOfRangeException(nameof(index),
                    $"Tensor: index {index[i]} lies outside dimension {i} of shape {Shape}; expected {-extent} to {extent - 1}.");
            }

            position += at * own[i];
        }

        return position;
    }

    private void RequireContiguous(string operation)
    {
        if (!IsContiguous)
        {
            throw new InvalidOperationException($"{operation}: the tensor {Shape} is a strided view, which no span covers; call Contiguous() first.");
        }
    }

    private (nint[] Lengths, nint[] Strides) NativeLayout()
    {
        // The base library reads no extents as "all of the span, as a vector".
        if (Rank == 0) throw new InvalidOperationException("AsTensorSpan: a scalar, which the base library's spans cannot express; use Item(), or Reshape(1) first.");
        Span<int> own = stackalloc int[Shape.MaximumRank];
        CopyStrides(own);
        var lengths = new nint[Rank];
        var steps = new nint[Rank];
        for (int i = 0; i < Rank; i++)
        {
            if (own[i] < 0) throw new InvalidOperationException($"AsTensorSpan: dimension {i} of {Shape} runs backwards, which the base library's spans cannot express; call Contiguous() first.");
            (lengths[i], steps[i]) = (shape[i], shape[i] == 1 || Count == 0 ? 0 : own[i]);
        }

        return (lengths, steps);
    }
}
