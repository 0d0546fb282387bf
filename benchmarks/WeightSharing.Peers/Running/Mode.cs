namespace WeightSharing.Peers.Running;

/// <summary>What of a work is timed.</summary>
internal enum Mode
{
    /// <summary>Inference: nothing is recorded.</summary>
    Forward,

    /// <summary>Recorded forward pass and all gradients.</summary>
    Training,

    /// <summary>An optimizer's step, or a whole training step.</summary>
    Step,
}
