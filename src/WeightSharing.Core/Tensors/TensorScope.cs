namespace WeightSharing.Tensors;

/// <summary>
/// Hands back, at its end, every buffer that was made on this thread since its beginning, except what was kept. Optional: outside any
/// scope tensors are ordinary garbage-collected objects.
/// </summary>
/// <remarks>
/// Scopes nest and are bound to their thread. Parameters, gradients, optimizer state and running statistics never belong to a scope. A tensor
/// touched after its scope throws <see cref="ObjectDisposedException"/>; <c>tensor.Keep()</c> takes it out of the scope. A buffer of which
/// a writable or read-only span was handed out is not used again for other tensors.
/// </remarks>
/// <example><code>
/// using var step = TensorScope.Begin();
/// Tensor&lt;float&gt; loss = Loss.CrossEntropy(model.Forward(images), labels);
/// loss.Backward();
/// optimizer.Step();
/// </code></example>
public sealed class TensorScope : IDisposable
{
    private readonly Ambient thread;
    private readonly TensorScope? outer;
    private List<Storage>? owned;

    private TensorScope(Ambient thread)
    {
        this.thread = thread;
        outer = thread.Scope;
        owned = thread.SpareList ?? [];
        thread.SpareList = null;
        thread.Scope = this;
    }

    /// <summary>Begins a scope on this thread; dispose it on the same thread, innermost first.</summary>
    public static TensorScope Begin() => new(Ambient.Current);

    /// <summary>True from its disposal on.</summary>
    internal bool HasEnded => owned is null;

    internal void Own(Storage storage) => owned!.Add(storage);

    /// <summary>Ends the scope and hands its buffers back.</summary>
    /// <exception cref="InvalidOperationException">Called on another thread, or while a scope begun later is still open.</exception>
    public void Dispose()
    {
        if (owned is not { } list) return;
        if (Ambient.Current != thread)
        {
            throw new InvalidOperationException("TensorScope: ended on another thread than the one it was begun on; a scope is bound to its thread.");
        }

        if (thread.Scope != this)
        {
            throw new InvalidOperationException("TensorScope: ended before a scope that was begun inside it; end the inner one first.");
        }

        owned = null;
        thread.Scope = outer;
        foreach (Storage storage in list)
        {
            if (storage.Scope == this) storage.HandBack();
        }

        list.Clear();
        thread.SpareList = list;
    }
}
