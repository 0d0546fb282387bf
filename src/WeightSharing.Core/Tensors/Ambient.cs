using System.Runtime.CompilerServices;

namespace WeightSharing.Tensors;

/// <summary>What holds for the code that runs on one thread: recording, the innermost scope, spare buffers.</summary>
/// <remarks>One object a thread, so that an operation pays for a single thread-local read.</remarks>
internal sealed class Ambient
{
    [ThreadStatic]
    private static Ambient? current;

    /// <summary>False inside <c>NoGrad</c> and while gradients are computed that nobody will differentiate.</summary>
    public bool Recording = true;

    /// <summary>The innermost scope of the thread, or null.</summary>
    public TensorScope? Scope;

    /// <summary>The list of an ended scope, kept for the next.</summary>
    public List<Storage>? SpareList;

    public static Ambient Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => current ?? Create();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Ambient Create() => current = new Ambient();
}
