namespace WeightSharing.Peers.Contestants;

/// <summary>One library at one work.</summary>
internal abstract class Contestant : IDisposable
{
    /// <summary>Does the work this many times.</summary>
    public abstract void Run(int times);

    /// <summary>Does the work once and gives what came out: the result, then the gradients or the changed values.</summary>
    public abstract float[][] RunAndRead();

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
