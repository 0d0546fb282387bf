using WeightSharing.Tensors;

namespace WeightSharing.Autograd;

/// <summary>Stops recording on this thread until disposed: what is computed inside has no history, and uses of parameters are not noted.</summary>
/// <example><code>
/// using (NoGrad.Begin()) prediction = model.Forward(images);
/// </code></example>
public readonly struct NoGrad : IDisposable
{
    private readonly Ambient thread;
    private readonly bool former;

    private NoGrad(Ambient thread)
    {
        this.thread = thread;
        former = thread.Recording;
        thread.Recording = false;
    }

    /// <summary>True on a thread that does not record now.</summary>
    public static bool IsActive => !Ambient.Current.Recording;

    /// <summary>Stops recording on this thread; dispose to go on as before.</summary>
    public static NoGrad Begin() => new(Ambient.Current);

    /// <summary>Goes on as before.</summary>
    public void Dispose()
    {
        if (thread is not null) thread.Recording = former;
    }
}
