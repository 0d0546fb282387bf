namespace WeightSharing.Experiments.Running;

/// <summary>Shows how far a run has come.</summary>
internal interface IProgressView
{
    /// <summary>Does the work while showing its progress.</summary>
    /// <param name="phases">Names of the phases, with the number of steps of each.</param>
    /// <param name="work">The work; it is given what to call, from any thread, with a phase's name when a step of it is done.</param>
    void Show(IReadOnlyList<(string Phase, int Steps)> phases, Action<Action<string>> work);
}
